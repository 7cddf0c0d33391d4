import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readInventory } from '../inventory/read.ts'
import type { Diagnostic, MapNode } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { loadPlaybook } from '../schedule/read-playbooks.ts'
import { parseExtraVars, type Schedule, schedule } from '../schedule/schedule.ts'
import { taskTypes } from '../tasks/index.ts'
import { hasErrors } from './problems.ts'

/** What `run` and `lint` are asked for, as commander gives it. */
export interface Request {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly extraVars: readonly string[]
  readonly check: boolean
  readonly allowEmpty: boolean
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
  const paths = request.inventory.length > 0 ? request.inventory : ['inventory']
  const playbookDirectories = [...new Set(request.playbooks.map(directoryOf))]
  const { value: inventory, problems } = await readInventory(paths, { playbookDirectories })
  const extra = request.extraVars.map(parseExtraVars)
  const extraVars = extra.flatMap(({ value }): MapNode[] => (value === undefined ? [] : [value]))
  const sofar = [...problems, ...extra.flatMap((one) => one.problems)]
  if (hasErrors(problems)) {
    const read = await Promise.all(request.playbooks.map((name) => loadPlaybook(name, [...taskTypes.keys()])))
    return { inventory, schedule: undefined, problems: [...sofar, ...read.flatMap((one) => one.problems)] }
  }
  const { playbooks, limit, tags, skipTags, check, allowEmpty } = request
  const scheduled = await schedule({
    playbooks,
    inventory,
    taskTypes,
    ...(limit === undefined ? {} : { limit }),
    tags,
    skipTags,
    extraVars,
    check,
    allowEmpty,
  })
  return { inventory, schedule: scheduled.value, problems: [...sofar, ...scheduled.problems] }
}

/** Where the schedule will find it: as given, else under playbooks/. */
const directoryOf = (playbook: string): string => dirname(existsSync(playbook) ? playbook : join('playbooks', playbook))
