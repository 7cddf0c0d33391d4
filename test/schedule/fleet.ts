/** A small inventory, and playbooks in a directory of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseYaml } from '../../src/documents/yaml.ts'
import type { Binding, Diagnostic, Value } from '../../src/model/document.ts'
import type { Host, Inventory } from '../../src/model/inventory.ts'
import type { Play, Task } from '../../src/model/schedule.ts'
import { parseExtraVars } from '../../src/schedule/extra-vars.ts'
import { resolve } from '../../src/schedule/resolve.ts'
import { type Schedule, type ScheduleRequest, schedule } from '../../src/schedule/schedule.ts'
import { taskTypes } from './task-types.ts'

/** Variables as they would stand in an inventory. */
const varsOf = (yaml: string): Map<string, Binding> => {
  const { value } = parseYaml(yaml, 'inventory/hosts.yml', 'data')
  return new Map(
    value?.kind === 'map'
      ? value.entries.map(({ key, value: node }) => [String(key.value), { kind: 'written', node }])
      : [],
  )
}

/** d1, and rs1 to rs4; each host's variables as YAML. */
export const fleet = (vars: Readonly<Record<string, string>> = {}, everywhere = 'vip: 192.0.2.100'): Inventory => {
  const groups = new Map([
    ['all', ['d1', 'rs1', 'rs2', 'rs3', 'rs4']],
    ['ungrouped', []],
    ['director', ['d1']],
    ['realserver', ['rs1', 'rs2', 'rs3', 'rs4']],
  ])
  const shared = varsOf(everywhere)
  const host = (name: string): [string, Host] => [
    name,
    {
      name,
      groups: [name === 'd1' ? 'director' : 'realserver'],
      vars: new Map([...shared, ...varsOf(vars[name] ?? '{}')]),
    },
  ]
  return {
    hosts: new Map(groups.get('all')?.map(host)),
    groups,
    children: new Map([['all', ['director', 'realserver']]]),
  }
}

/** `line:column summary`, as a user would read it; other files by name. */
const say = ({ at, summary, severity }: Diagnostic): string => {
  const place =
    at === undefined
      ? ''
      : `${at.file.endsWith('site.yml') ? '' : `${at.file.split('/').slice(-1)}:`}${at.line}:${at.column} `
  return `${severity === 'warning' ? 'warning: ' : ''}${place}${summary}`
}

export interface Files {
  readonly [path: string]: string
}

export interface Scheduled {
  readonly value: Schedule | undefined
  readonly problems: readonly Diagnostic[]
  /** Each problem in one line. */
  readonly said: readonly string[]
}

type Options = Partial<Omit<ScheduleRequest, 'extraVars'>> & { readonly extraVars?: readonly string[] }

/** Schedules `site.yml` of these files. */
export const scheduleFiles = async (files: Files, { extraVars = [], ...options }: Options = {}): Promise<Scheduled> => {
  const directory = mkdtempSync(join(tmpdir(), 'schedule-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    const { value, problems } = await schedule({
      inventory: fleet(),
      taskTypes,
      tags: [],
      skipTags: [],
      check: false,
      allowEmpty: false,
      ...options,
      playbooks: (options.playbooks ?? ['site.yml']).map((name) => join(directory, name)),
      extraVars: extraVars.flatMap((text) => parseExtraVars(text).value ?? []),
    })
    return { value, problems, said: problems.map(say) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export const scheduleText = (text: string, options?: Options): Promise<Scheduled> =>
  scheduleFiles({ 'site.yml': text }, options)

export interface Known {
  readonly facts?: Readonly<Record<string, Value>>
  readonly results?: Readonly<Record<string, Value>>
}

const bindings = (values: Readonly<Record<string, Value>> = {}): Map<string, Binding> =>
  new Map(Object.entries(values).map(([name, value]) => [name, { kind: 'value', value }]))

export const playOf = ({ value }: Scheduled, number = 1): Play => {
  const play = value?.playbooks.flatMap(({ plays }) => plays).find((each) => each.number === number)
  if (play === undefined) throw new Error(`there is no play ${number}`)
  return play
}

export const taskOf = (scheduled: Scheduled, id: string): { readonly play: Play; readonly task: Task } => {
  const play = playOf(scheduled, Number(id.split('.')[0]))
  const task = [...play.tasks, ...play.handlers].find((each) => each.id === id)
  if (task === undefined) throw new Error(`there is no task ${id}`)
  return { play, task }
}

/** The scope of a host in the play with this number. */
export const scopeOf = (scheduled: Scheduled, play: Play, host: string, { facts, results }: Known = {}) => {
  if (scheduled.value === undefined) throw new Error('nothing was scheduled')
  return scheduled.value.scope(play, host, { facts: bindings(facts), results: bindings(results) })
}

/** Resolves one task on one host. */
export const resolveOn = (scheduled: Scheduled, id: string, host: string, known?: Known) => {
  const { play, task } = taskOf(scheduled, id)
  return resolve(task, play, scopeOf(scheduled, play, host, known))
}
