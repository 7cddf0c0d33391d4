/** The words of a playbook: what this version reads, and what it says to words that it does not read. */
import { nearest } from '../nearest.ts'
import { insteadOf, shortName, typesLater } from './module-words.ts'

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

export const playKeywords = words(`name hosts vars vars_files pre_tasks tasks post_tasks handlers serial strategy order
  max_fail max_unreachable max_fail_percentage any_errors_fatal ignore_unreachable throttle
  tags become become_user become_method connection remote_user environment gather_facts force_handlers
  no_log ignore_errors run_once check_mode diff timeout`)

/** What tasks have of their own or from blocks and imports around them. */
const inheritedKeywords =
  words(`name when tags notify vars environment become become_user become_method connection no_log
  ignore_errors ignore_unreachable any_errors_fatal run_once check_mode diff throttle timeout delegate_to`)

export const taskKeywords: readonly string[] = [
  ...inheritedKeywords,
  ...words('args loop with_items loop_control register until retries delay failed_when changed_when listen'),
]

/** What stands in place of a task type. */
export const structureKeywords = ['block', 'rescue', 'always', 'import_tasks']

export const blockKeywords: readonly string[] = ['block', 'rescue', 'always', ...inheritedKeywords]

export const importKeywords = inheritedKeywords

/** What is wrong with a word, and the next move. */
export interface Verdict {
  readonly summary: string
  readonly hint?: string
}

const notYet = (word: string, hint?: string): Verdict => ({
  summary: `\`${word}\` is not supported yet`,
  ...(hint !== undefined && { hint }),
})
const lacking = (word: string, hint: string): Verdict => ({
  summary: `\`${word}\` of Ansible is not part of ipvs-play`,
  hint,
})

/** Hints for words that will come; a word without a near way has none. */
const playLater: Readonly<Record<string, string | undefined>> = {
  drain: undefined,
  verify: undefined,
  confirm: undefined,
  on_failure: undefined,
  pause: undefined,
}

/** Ansible has dropped them, and playbooks still hold them. */
const formerWords: Readonly<Record<string, string>> = {
  sudo: 'it is called `become` now',
  sudo_user: 'it is called `become_user` now',
  su: 'it is called `become` now',
  su_user: 'it is called `become_user` now',
  always_run: 'it is called `check_mode: false` now',
}

const playNever: Readonly<Record<string, string>> = {
  ...formerWords,
  roles: 'write the tasks of the role under `tasks:`',
  vars_prompt: 'give the value with --extra-vars',
  gather_subset: 'facts are read by themselves; remove it',
  gather_timeout: 'facts are read by themselves; remove it',
  fact_path: 'facts are read by themselves; remove it',
  collections: 'task types have short names here; remove it',
  module_defaults: 'write the arguments on each task',
  port: 'set `ansible_port` in the inventory',
  become_exe: 'sudo and doas are called as they need to be; remove it',
  become_flags: 'sudo and doas are called as they need to be; remove it',
  debugger: 'run with --check --diff to see what would happen',
  include: 'it is called `import_playbook` now',
}

const taskNever: Readonly<Record<string, string>> = {
  ...formerWords,
  action: 'write the task type as the key',
  local_action: 'use `delegate_to: localhost` beside the task type',
  async: 'a task ends before the next one starts',
  poll: 'a task ends before the next one starts',
  delegate_facts: 'write a play for the other host',
  become_exe: 'sudo and doas are called as they need to be; remove it',
  become_flags: 'sudo and doas are called as they need to be; remove it',
  port: 'set `ansible_port` in the inventory',
  remote_user: 'set `ansible_user` in the inventory, or give --user',
  module_defaults: 'write the arguments on each task',
  collections: 'task types have short names here; remove it',
  debugger: 'run with --check --diff to see what would happen',
  import_role: 'write the tasks of the role here',
  include_role: 'write the tasks of the role here',
  include_vars: 'use `vars_files` of the play',
  include: 'it is called `include_tasks` or `import_tasks` now',
  setup: 'facts are read by themselves; remove the task',
  gather_facts: 'facts are read by themselves; remove the task',
}

const withWords: Readonly<Record<string, string>> = {
  with_list: 'write `loop:`',
  with_dict: 'write `loop: "{{ … | dict2items }}"`',
  with_flattened: 'write `loop: "{{ … | flatten }}"`',
  with_together: 'write `loop: "{{ … | zip(…) | list }}"`',
}

const own = (table: Readonly<Record<string, unknown>>, word: string): boolean => Object.hasOwn(table, word)

const known = (words: readonly string[], word: string): boolean => words.includes(word)

export const suggestion = (word: string, words: Iterable<string>, otherwise?: string): { hint?: string } => {
  const near = nearest(word, words)
  if (near !== undefined) return { hint: `did you mean \`${near}\`?` }
  return otherwise === undefined ? {} : { hint: otherwise }
}

const listsKeywords = '`ipvs-play doc` lists the keywords'

/** What to say to a key of a play that is no keyword of this version. */
export const judgePlayWord = (word: string, types: readonly string[]): Verdict => {
  if (own(playLater, word)) return notYet(word, playLater[word])
  if (own(playNever, word)) return lacking(word, playNever[word] ?? '')
  if (known(types, shortName(word)))
    return {
      summary: `\`${word}\` is a task, not a keyword of a play`,
      hint: `put it under \`tasks:\`, as \`- ${word}:\``,
    }
  if (known(taskKeywords, word) || known(blockKeywords, word))
    return { summary: `\`${word}\` is a keyword of tasks, not of plays`, hint: 'put it on the tasks that it concerns' }
  return { summary: `unknown keyword \`${word}\` in a play`, ...suggestion(word, playKeywords, listsKeywords) }
}

/** What hands its keywords down to tasks. */
export type BlockLike = 'a block' | '`import_tasks`' | '`apply`'

/** What to say to a key of a block or an import that it does not have. */
export const judgeBlockWord = (
  word: string,
  what: BlockLike,
  words: readonly string[],
  types: readonly string[],
): Verdict => {
  if (known(types, shortName(word)))
    return { summary: `${what} holds no task of its own: \`${word}\``, hint: 'put it into the list of tasks' }
  if (known(taskKeywords, word) || own(withWords, word))
    return {
      summary: `\`${word}\` does not go with ${what}`,
      hint:
        what === '`import_tasks`' && /^(loop|with_)/.test(word)
          ? 'use `include_tasks`'
          : 'put it on the tasks that it concerns',
    }
  if (own(taskNever, word)) return lacking(word, taskNever[word] ?? '')
  return { summary: `unknown key \`${word}\` in ${what}`, ...suggestion(word, words) }
}

/** They are many, and grow. */
export const listsThem = '`ipvs-play doc` lists the task types'

/** What to say to a key of a task that is neither a keyword of this version nor one of `types`. */
export const judgeTaskWord = (word: string, types: readonly string[]): Verdict => {
  const short = shortName(word)
  if (own(withWords, word)) return lacking(word, withWords[word] ?? '')
  if (/^with_./.test(word)) return lacking(word, 'write `loop:` with the list itself')
  if (typesLater.has(short)) return notYet(word)
  if (own(taskNever, short)) return lacking(word, taskNever[short] ?? '')
  const instead = insteadOf(word)
  if (instead !== undefined) return lacking(word, instead)
  if (known(playKeywords, word) || own(playLater, word) || own(playNever, word))
    return {
      summary: `\`${word}\` is a keyword of plays, not of tasks`,
      hint: `take it out of the task, to the level of \`hosts:\``,
    }
  const underscored = known(types, short.replaceAll('_', '-')) ? short.replaceAll('_', '-') : undefined
  if (underscored !== undefined)
    return { summary: `unknown task type \`${word}\``, hint: `did you mean \`${underscored}\`?` }
  if (/^[a-z_]\w*\.\w+\.\w+$/.test(word) && !word.startsWith('net.')) return lacking(word, listsThem)
  return {
    summary: `unknown key \`${word}\` in a task`,
    ...suggestion(word, [...taskKeywords, ...types], listsThem),
  }
}
