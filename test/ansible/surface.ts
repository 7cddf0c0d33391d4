/** What there is in Ansible: keywords, modules, options of its commands. */
import type { Question, Ruling } from './referee.ts'

/** `recorded/surface.json`. */
export interface Surface {
  /** Of plays, blocks, tasks, handlers, by keyword. */
  readonly keywords: Readonly<Record<string, readonly string[]>>
  /** Of ansible.builtin. */
  readonly modules: readonly string[]
  /** By command: each option with its other names. */
  readonly options: Readonly<Record<string, readonly (readonly string[])[]>>
}

/** Of ansible.posix 2.1, as Debian 13's package `ansible` has it: it is no part of ansible-core. */
export const posixModules =
  `acl at authorized_key firewalld firewalld_info mount patch rhel_facts rhel_rpm_ostree rpm_ostree_upgrade seboolean
  selinux synchronize sysctl`.split(/\s+/)

const commands = ['ansible-playbook', 'ansible-inventory'] as const

export const firstQuestions: readonly Question[] = [
  { argv: ['ansible-doc', '-t', 'keyword', '-l', '--json'] },
  { argv: ['ansible-doc', '-l', '--json', 'ansible.builtin'] },
  ...commands.map((command) => ({ argv: [command, '--help'] as const })),
]

/** Words of an old way to connect, which its list still names. */
const keywordsOf = ({ stdout }: Ruling): readonly string[] =>
  Object.keys(JSON.parse(stdout)).filter((word) => !word.startsWith('accelerate'))

export const keywordQuestion = (words: Ruling): Question => ({
  argv: ['ansible-doc', '-t', 'keyword', '--json', ...keywordsOf(words)],
})

/** `-i, --inventory, --inventory-file INVENTORY` of a page of help. */
const optionsIn = ({ stdout }: Ruling): readonly (readonly string[])[] =>
  stdout.split('\n').flatMap((line) => {
    const [, names = ''] = /^ {2}((?:--?[\w-]+(?:, )?)+)(?: |$)/.exec(line) ?? []
    return names === '' ? [] : [names.split(', ')]
  })

export const surfaceOf = ([, modules, ...helps]: readonly Ruling[], keywords: Ruling): Surface => {
  const described = Object.entries(JSON.parse(keywords.stdout) as Record<string, { applies_to: string[] }>)
  return {
    keywords: Object.fromEntries(described.map(([word, { applies_to }]) => [word, applies_to])),
    modules: Object.keys(JSON.parse(modules?.stdout ?? '{}')).map((name) => name.replace('ansible.builtin.', '')),
    options: Object.fromEntries(commands.map((command, index) => [command, optionsIn(helps[index] as Ruling)])),
  }
}
