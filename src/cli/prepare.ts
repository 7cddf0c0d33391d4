import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readInventory } from '../inventory/read.ts'
import type { Diagnostic, MapNode } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { parseExtraVars, type Schedule, schedule } from '../schedule/schedule.ts'
import { taskTypes } from '../tasks/index.ts'

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

/** Reads everything that a run reads before a host is contacted; all mistakes of all files at once. */
export const prepare = async (request: Request): Promise<Prepared> => {
  const paths = request.inventory.length > 0 ? request.inventory : ['inventory']
  const playbookDirectories = [...new Set(request.playbooks.map(directoryOf))]
  const { value: inventory, problems } = await readInventory(paths, { playbookDirectories })
  const extra = request.extraVars.map(parseExtraVars)
  const extraVars = extra.flatMap(({ value }): MapNode[] => (value === undefined ? [] : [value]))
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
  return {
    inventory,
    schedule: scheduled.value,
    problems: [...problems, ...extra.flatMap((one) => one.problems), ...scheduled.problems],
  }
}

/** Where the schedule will find it: as given, else under playbooks/. */
const directoryOf = (playbook: string): string => dirname(existsSync(playbook) ? playbook : join('playbooks', playbook))
