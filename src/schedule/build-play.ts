/** A play as it will run: hosts chosen, tasks numbered and chosen by tags, variables read. */

import type { Keyring } from '../documents/keyring.ts'
import type { PlayDocument } from '../documents/playbook.ts'
import { tasksWithin } from '../documents/playbook-block.ts'
import { mistake, textOf } from '../documents/playbook-fields.ts'
import { present } from '../documents/present.ts'
import type { Checked, MapNode, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { TaskType } from '../model/task-type.ts'
import { renderNode } from '../template/render.ts'
import { type Building, buildTasks, nothingFound, numbering } from './build-tasks.ts'
import type { ChooseHosts } from './choose-hosts.ts'
import { nameHandlers, unknownHandlers } from './handlers.ts'
import { inherit, nothingInherited } from './inherit.ts'
import { type Layer, layerOf } from './layers.ts'
import type { Lookups } from './lookups.ts'
import { settleTemplates } from './settle.ts'
import { readLimit, readMaxFail, readSerial } from './shares.ts'
import { isChosen, type TagChoice } from './tags.ts'
import type { TaskFiles } from './task-files.ts'
import { readVarsFile } from './vars-files.ts'

export interface PlaySetting {
  readonly chooseHosts: ChooseHosts
  readonly taskTypes: ReadonlyMap<string, TaskType<unknown>>
  readonly files: TaskFiles
  readonly extra: Layer
  readonly choice: TagChoice
  readonly keyring: Keyring
  readonly lookups: Lookups
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

const scopeOf = (layers: readonly Layer[], file: string, lookups: Lookups): Scope => ({
  get: (name) => layers.find((layer) => layer.has(name))?.get(name) ?? lookups(name, file),
  names: () => layers.flatMap((layer) => [...layer.keys()]),
})

const readVars = async (
  document: PlayDocument,
  { file, keyring }: { readonly file: string; readonly keyring: Keyring },
  scope: Scope,
): Promise<Checked<{ maps: readonly MapNode[]; sound: boolean }>> => {
  const read = await Promise.all(
    document.varsFiles.map((node) => readVarsFile(node, { playbook: file, keyring }, scope)),
  )
  const maps = read.flatMap(({ value }) => (value === undefined ? [] : [value]))
  return {
    value: { maps: document.vars === undefined ? maps : [document.vars, ...maps], sound: maps.length === read.length },
    problems: read.flatMap(({ problems }) => problems),
  }
}

/** The play's tasks section by section, and where their handlers have their turn. */
const buildSections = (document: PlayDocument, building: Building, choice: TagChoice) => {
  const { when, tags: own, noLog, ignoreErrors, anyErrorsFatal, runOnce, checkMode, diff, timeout } = document
  const { ignoreUnreachable: _, ...templates } = document.templates ?? {}
  const switches = present({ noLog, ignoreErrors, anyErrorsFatal, runOnce, checkMode, diff, timeout })
  const outer = inherit(nothingInherited, { when, tags: own, notify: [], ...switches, templates })
  const all: Task[] = []
  const flushes: number[] = []
  const tags = new Set<string>()
  for (const section of [document.preTasks, document.tasks, document.postTasks]) {
    const tasks = buildTasks(section, outer, building)
    for (const tag of tasks.flatMap((task) => task.tags)) tags.add(tag)
    for (const task of tasks) if (isChosen(task.tags, choice)) all.push(task)
    if (all.length > (flushes.at(-1) ?? 0)) flushes.push(all.length)
  }
  return { tasks: all, flushes, tags, outer }
}

/** Whether hosts are missed is asked before any of them is there. */
const settleIgnoreUnreachable = (
  { ignoreUnreachable, templates }: PlayDocument,
  scope: Scope,
): Checked<boolean | undefined> => {
  const node = templates?.ignoreUnreachable
  if (node === undefined) return { value: ignoreUnreachable, problems: [] }
  const settled = settleTemplates({ ignoreUnreachable: node }, scope)
  if (settled.kind === 'settled') return { value: settled.value.ignoreUnreachable, problems: [] }
  const hint = 'only the vars of the play and --extra-vars are known here'
  const waits = `\`ignore_unreachable\` of a play depends on a host`
  const problem = settled.kind === 'problem' ? settled.problem : mistake(node.at, waits, hint)
  return { value: undefined, problems: [{ ...problem, hint: problem.hint ?? hint }] }
}

/** Builds the play with this number from its document; `file` is its playbook. */
export const buildPlay = async (
  document: PlayDocument,
  { file, number }: { readonly file: string; readonly number: number },
  setting: PlaySetting,
): Promise<Checked<BuiltPlay>> => {
  const found = nothingFound()
  const { problems } = found
  const take = <T>({ value, problems: more }: Checked<T>): T => {
    for (const problem of more) problems.push(problem)
    return value
  }
  const scope = scopeOf(
    [setting.extra, layerOf(document.vars === undefined ? [] : [document.vars])],
    file,
    setting.lookups,
  )
  const vars = take(await readVars(document, { file, keyring: setting.keyring }, scope))
  const hosts = take(setting.chooseHosts(document, scope))
  const building: Building = {
    types: setting.taskTypes,
    files: setting.files,
    playbook: file,
    scope,
    chain: [],
    nextId: numbering(`${number}.`),
    found,
  }
  const { tasks, flushes, tags, outer } = buildSections(document, building, setting.choice)
  const written = buildTasks(document.handlers, outer, { ...building, nextId: numbering(`${number}.h`) })
  const named = nameHandlers(written, scopeOf([setting.extra, layerOf(vars.maps)], file, setting.lookups))
  const { handlers } = named
  problems.push(...named.problems)
  // A handler that could not be read may be the very one.
  const allRead =
    !document.handlers.includes(undefined) && tasksWithin(document.handlers).every(({ work }) => work !== undefined)
  if (allRead) problems.push(...unknownHandlers(found.notified, handlers))
  const name = document.name && renderNode(document.name, scope)
  const limits = {
    serial: document.serial && take(readSerial(document.serial, scope)),
    maxFail: take(readMaxFail(document, scope)),
    maxUnreachable: document.maxUnreachable && take(readLimit('max_unreachable', document.maxUnreachable, scope)),
  }
  const { become, becomeUser, becomeMethod, remoteUser, connection, environment, throttle, templates = {} } = document
  const ignoreUnreachable = take(settleIgnoreUnreachable(document, scope))
  const whoActs = present({
    become: templates.become,
    becomeUser: templates.becomeUser,
    becomeMethod: templates.becomeMethod,
  })
  const play: Play = {
    number,
    name:
      name?.kind === 'value' ? String(name.value) : (document.name?.source ?? document.hosts.map(textOf).join(', ')),
    at: document.at,
    hosts,
    tasks,
    flushes,
    handlers,
    strategy: document.strategy === 'linear' ? 'linear' : 'host_pinned',
    vars: vars.maps,
    ...present({
      ...limits,
      become,
      becomeUser,
      becomeMethod,
      remoteUser,
      connection,
      environment,
      ignoreUnreachable,
      throttle,
    }),
    ...(Object.keys(whoActs).length === 0 ? {} : { templates: whoActs }),
  }
  return { value: { play, lost: found.lost, sound: vars.sound, tags }, problems }
}
