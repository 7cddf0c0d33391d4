/** A play as it will run: hosts chosen, tasks numbered and chosen by tags, variables read. */

import type { PlayDocument, TaskDocument } from '../documents/playbook.ts'
import { textOf } from '../documents/playbook-fields.ts'
import { present } from '../documents/playbook-task.ts'
import { limitHosts, selectHosts } from '../inventory/patterns.ts'
import type { Checked, Diagnostic, MapNode, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { TaskType } from '../model/task-type.ts'
import { nearest } from '../nearest.ts'
import { renderNode } from '../template/render.ts'
import { type Layer, layerOf } from './layers.ts'
import { readLimit, readSerial } from './shares.ts'
import { isChosen, type TagChoice } from './tags.ts'
import { readVarsFile } from './vars-files.ts'

export interface PlaySetting {
  readonly inventory: Inventory
  readonly taskTypes: ReadonlyMap<string, TaskType<unknown>>
  readonly extra: Layer
  readonly limit?: string
  readonly choice: TagChoice
  /** A name that matches nobody is a warning. */
  readonly allowEmpty: boolean
}

export interface BuiltPlay {
  readonly play: Play
  /** Names registered by tasks that could not be read. */
  readonly lost: readonly string[]
  /** Are all its variables there? If not, a variable that is missing may be none of the user's mistakes. */
  readonly sound: boolean
  /** Every tag that is used, chosen or not. */
  readonly tags: ReadonlySet<string>
}

const scopeOf = (layers: readonly Layer[]): Scope => ({
  get: (name) => layers.find((layer) => layer.has(name))?.get(name),
  names: () => layers.flatMap((layer) => [...layer.keys()]),
})

const buildTask = (
  document: TaskDocument,
  id: string,
  inherited: readonly string[],
  types: PlaySetting['taskTypes'],
): Task | undefined => {
  const type = document.work && types.get(document.work.type)
  if (document.work === undefined || type === undefined) return undefined
  const { loop, register, become, becomeUser, environment, vars } = document
  return {
    id,
    name: document.name === undefined ? type.name : textOf(document.name),
    at: document.at,
    type,
    args: document.work.args,
    when: document.when,
    notify: document.notify.map(textOf),
    noLog: document.noLog,
    ignoreErrors: document.ignoreErrors,
    tags: [...new Set([...inherited, ...document.tags])],
    ...present({ loop, register: register && textOf(register), become, becomeUser, environment, vars }),
  }
}

/** Handlers that are notified and not there. */
const unknownHandlers = ({ tasks, handlers }: PlayDocument): Diagnostic[] => {
  const known = handlers.flatMap((handler) => (handler?.name ? [textOf(handler.name)] : []))
  const notified = [...tasks, ...handlers].flatMap((task) => task?.notify ?? [])
  return notified
    .filter((name) => !known.includes(textOf(name)))
    .map((name): Diagnostic => {
      const near = nearest(textOf(name), known)
      const others =
        known.length === 0
          ? 'this play has no handlers; add `handlers:`'
          : `its handlers are ${known.map((each) => `"${each}"`).join(', ')}`
      return {
        severity: 'error',
        summary: `this play has no handler "${textOf(name)}"`,
        at: name.at,
        hint: near === undefined ? others : `did you mean "${near}"?`,
      }
    })
}

const chooseHosts = (
  document: PlayDocument,
  scope: Scope,
  { inventory, limit, allowEmpty }: PlaySetting,
): Checked<readonly string[]> => {
  const problems: Diagnostic[] = []
  const patterns: string[] = []
  for (const node of document.hosts) {
    const rendered = renderNode(node, scope)
    if (rendered.kind === 'problem') problems.push(rendered.problem)
    else if (rendered.kind === 'value')
      patterns.push(Array.isArray(rendered.value) ? rendered.value.join(',') : String(rendered.value))
  }
  const at = document.hosts[0]?.at
  if (at === undefined || problems.length > 0) return { value: [], problems }
  const selected = selectHosts(patterns.join(','), inventory, at)
  const limited = limitHosts(selected.value, limit, inventory)
  const found = [...selected.problems, ...limited.problems]
  return { value: limited.value, problems: found.map((each) => (allowEmpty ? { ...each, severity: 'warning' } : each)) }
}

const readVars = async (
  document: PlayDocument,
  file: string,
  scope: Scope,
): Promise<Checked<{ maps: readonly MapNode[]; sound: boolean }>> => {
  const read = await Promise.all(document.varsFiles.map((node) => readVarsFile(node, file, scope)))
  const maps = read.flatMap(({ value }) => (value === undefined ? [] : [value]))
  return {
    value: { maps: document.vars === undefined ? maps : [document.vars, ...maps], sound: maps.length === read.length },
    problems: read.flatMap(({ problems }) => problems),
  }
}

/** Builds the play with this number from its document; `file` is its playbook. */
export const buildPlay = async (
  document: PlayDocument,
  { file, number }: { readonly file: string; readonly number: number },
  setting: PlaySetting,
): Promise<Checked<BuiltPlay>> => {
  const problems: Diagnostic[] = unknownHandlers(document)
  const take = <T>({ value, problems: found }: Checked<T>): T => {
    problems.push(...found)
    return value
  }
  const scope = scopeOf([setting.extra, layerOf(document.vars === undefined ? [] : [document.vars])])
  const vars = take(await readVars(document, file, scope))
  const hosts = take(chooseHosts(document, scope, setting))
  const build = (documents: PlayDocument['tasks'], prefix: string): Task[] =>
    documents.flatMap((each, index) => {
      const task = each && buildTask(each, `${number}.${prefix}${index + 1}`, document.tags, setting.taskTypes)
      return task === undefined ? [] : [task]
    })
  const tasks = build(document.tasks, '')
  const name = document.name && renderNode(document.name, scope)
  const limits = {
    serial: document.serial && take(readSerial(document.serial, scope)),
    maxFail: document.maxFail && take(readLimit('max_fail', document.maxFail, scope)),
    maxUnreachable: document.maxUnreachable && take(readLimit('max_unreachable', document.maxUnreachable, scope)),
  }
  const { become, becomeUser, environment } = document
  const play: Play = {
    number,
    name:
      name?.kind === 'value' ? String(name.value) : (document.name?.source ?? document.hosts.map(textOf).join(', ')),
    at: document.at,
    hosts,
    tasks: tasks.filter((task) => isChosen(task.tags, setting.choice)),
    handlers: build(document.handlers, 'h'),
    vars: vars.maps,
    ...present({ ...limits, become, becomeUser, environment }),
  }
  const lost = [...document.tasks, ...document.handlers].flatMap((task) =>
    task !== undefined && task.work === undefined && task.register !== undefined ? [textOf(task.register)] : [],
  )
  return { value: { play, lost, sound: vars.sound, tags: new Set(tasks.flatMap((task) => task.tags)) }, problems }
}
