import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createKeyring, type Keyring } from '../documents/keyring.ts'
import { readInventory } from '../inventory/read.ts'
import { withoutIgnored } from '../lint/ignores.ts'
import { lintSchedule } from '../lint/lint.ts'
import type { Diagnostic, MapNode } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { loadPlaybook } from '../schedule/read-playbooks.ts'
import { parseExtraVars, type Schedule, schedule } from '../schedule/schedule.ts'
import { hideSecretValues, hideWrittenSecrets } from '../schedule/secret-values.ts'
import { taskTypes } from '../tasks/index.ts'
import { hasErrors, withoutSecrets } from './problems.ts'

/** What `run` and `lint` are asked for, as commander gives it. */
export interface Request {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask?: string
  readonly extraVars: readonly string[]
  readonly check: boolean
  readonly allowEmpty: boolean
  /** For `lint`: nothing will be run. */
  readonly lint?: boolean
  /** For vaults; without one they are a mistake. */
  readonly keyring?: Keyring
}

export interface Prepared {
  readonly inventory: Inventory
  readonly schedule: Schedule | undefined
  readonly problems: readonly Diagnostic[]
}

/**
 * Reads everything that a run reads before a host is contacted; all mistakes of all files at once. Where the inventory
 * has mistakes nothing is scheduled: a host or a variable that is missing then says nothing about the playbook.
 */
export const prepare = async (request: Request): Promise<Prepared> => {
  const { keyring = createKeyring([]) } = request
  const prepared = await read(request, keyring)
  return { ...prepared, problems: withoutSecrets(prepared.problems, keyring.hidden) }
}

const read = async (request: Request, keyring: Keyring): Promise<Prepared> => {
  const paths = request.inventory.length > 0 ? request.inventory : ['inventory']
  // Without a playbook variables may lie beside the place where one stands, as with Ansible's ad-hoc commands.
  const playbookDirectories = request.playbooks.length === 0 ? ['.'] : [...new Set(request.playbooks.map(directoryOf))]
  const { value: inventory, problems } = await readInventory(paths, {
    playbookDirectories,
    scripts: request.lint === true ? 'leave' : 'run',
    keyring,
  })
  const extra = request.extraVars.map((text) => parseExtraVars(text, keyring))
  const extraVars = extra.flatMap(({ value }): MapNode[] => (value === undefined ? [] : [value]))
  const sofar = [...problems, ...extra.flatMap((one) => one.problems)]
  if (hasErrors(problems)) {
    hideWrittenSecrets(inventory, (texts) => texts.forEach(keyring.hide))
    const loaded = await Promise.all(request.playbooks.map((name) => loadPlaybook(name, [...taskTypes.keys()])))
    return { inventory, schedule: undefined, problems: [...sofar, ...loaded.flatMap((one) => one.problems)] }
  }
  const { playbooks, limit, tags, skipTags, startAtTask, check, allowEmpty } = request
  const scheduled = await schedule({
    playbooks,
    inventory,
    taskTypes,
    ...(limit === undefined ? {} : { limit }),
    tags,
    skipTags,
    ...(startAtTask === undefined ? {} : { startAtTask }),
    extraVars,
    keyring,
    check,
    // Its hosts may come from a script that was not run.
    allowEmpty: allowEmpty || inventory.incomplete === true,
  })
  const all = [...sofar, ...scheduled.problems]
  const hide = (texts: readonly string[]) => texts.forEach(keyring.hide)
  if (scheduled.value === undefined) hideWrittenSecrets(inventory, hide)
  else hideSecretValues(scheduled.value, { inventory, extraVars }, hide)
  if (scheduled.value === undefined) return { inventory, schedule: undefined, problems: all }
  const findings = findingsIn(scheduled.value, inventory, request)
  return { inventory, schedule: scheduled.value, problems: [...all, ...findings] }
}

/** What the rules of lint find and no comment ignores. A part of the tasks may leave a comment idle that the whole needs. */
const findingsIn = (value: Schedule, inventory: Inventory, { tags, skipTags, limit, lint }: Request) => {
  const plays = value.playbooks.flatMap((playbook) => playbook.plays)
  const files = new Set([
    ...value.playbooks.map(({ file }) => file),
    ...plays.flatMap((play) => [...play.tasks, ...play.handlers].map(({ at }) => at.file)),
  ])
  const findings = lintSchedule(value, inventory)
  // A script that a task runs may have comments too.
  for (const { at } of findings) if (at !== undefined) files.add(at.file)
  const texts = new Map([...files].map((file) => [file, readFileSync(file, 'utf8')]))
  const whole = lint === true && tags.length === 0 && skipTags.length === 0 && limit === undefined
  return withoutIgnored(findings, texts, whole)
}

/** Where the schedule will find it: as given, else under playbooks/. */
const directoryOf = (playbook: string): string => dirname(existsSync(playbook) ? playbook : join('playbooks', playbook))
