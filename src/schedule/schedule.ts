/** Playbooks, inventory and task types become plays with hosts and tasks; every mistake that needs no host is found. */
import { createKeyring, type Keyring } from '../documents/keyring.ts'
import type { Checked, Diagnostic, MapNode, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Playbook, Task } from '../model/schedule.ts'
import type { TaskType } from '../model/task-type.ts'
import { nearest } from '../nearest.ts'
import { type BuiltPlay, buildPlay, type PlaySetting } from './build-play.ts'
import { checkPlays } from './check.ts'
import { createHostChoice } from './choose-hosts.ts'
import { delegatesOf } from './delegates.ts'
import type { HostClasses } from './host-classes.ts'
import { createIncludes, followIncludes, type IncludeRequest } from './includes.ts'
import { layerOf } from './layers.ts'
import { createLocalFiles } from './local-files.ts'
import { createLookups } from './lookups.ts'
import { loadPlaybook } from './read-playbooks.ts'
import { createScopes, type Late, type Learned, type PlayScope } from './scope.ts'
import { startAt } from './start-at.ts'
import { specialTags } from './tags.ts'
import { createTaskFiles } from './task-files.ts'

export { parseExtraVars } from './extra-vars.ts'

export interface ScheduleRequest {
  /** As the user gave them; `site.yml` is looked up as given, then under `playbooks/`. */
  readonly playbooks: readonly string[]
  readonly inventory: Inventory
  readonly taskTypes: ReadonlyMap<string, TaskType<unknown>>
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** Leaves out what comes before the task of this name. */
  readonly startAtTask?: string
  /** In rising precedence, as `parseExtraVars` gives them. */
  readonly extraVars: readonly MapNode[]
  /** `ansible_check_mode`. */
  readonly check: boolean
  readonly allowEmpty: boolean
  /** For vaults; without one they are a mistake. */
  readonly keyring?: Keyring
}

export interface Schedule {
  readonly playbooks: readonly Playbook[]
  /** What a template sees on this host in this play. What is not learned yet waits. */
  scope(play: Play, host: string, learned: Learned): PlayScope
  /** The hosts of a play by what its tasks mean on them, with nothing but these facts learned. */
  classes(play: Play, learned: Learned): HostClasses
  /** Inventory and extra variables only: for connection variables. */
  hostScope(host: string): Scope
  /** The tasks that an include brings in its turn, or what is wrong with them. */
  include(task: Task, play: Play, request: IncludeRequest): readonly Task[] | Diagnostic
  /** Hosts that no play need name: tasks are delegated to them. */
  readonly delegates: readonly string[]
  /** What an include is known to bring before any host is contacted. */
  includedBy(task: Task): readonly Task[]
  /** Local files that arguments name: by absolute path, and by the name given. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

interface Built {
  readonly playbooks: readonly Playbook[]
  readonly plays: readonly BuiltPlay[]
}

const buildPlaybooks = async (request: ScheduleRequest, setting: PlaySetting): Promise<Checked<Built>> => {
  const types = [...request.taskTypes.keys()]
  const loaded = await Promise.all(request.playbooks.map((name) => loadPlaybook(name, types)))
  const problems: Diagnostic[] = []
  const spans: { readonly file: string; readonly first: number; readonly end: number }[] = []
  const plays: BuiltPlay[] = []
  for (const { value, problems: found } of loaded) {
    for (const problem of found) problems.push(problem)
    if (value === undefined) continue
    const first = plays.length
    for (const { document, file } of value.plays) {
      const built = await buildPlay(document, { file, number: plays.length + 1 }, setting)
      for (const problem of built.problems) problems.push(problem)
      plays.push(built.value)
    }
    spans.push({ file: value.file, first, end: plays.length })
  }
  const { startAtTask } = request
  const from = startAtTask === undefined ? { value: plays, problems: [] } : startAt(startAtTask, plays)
  const playbooks = spans.map(({ file, first, end }) => ({
    file,
    plays: from.value.slice(first, end).map(({ play }) => play),
  }))
  return { value: { playbooks, plays: from.value }, problems: [...problems, ...from.problems] }
}

/** A tag that no task has: run with it and nothing happens, skip it and what should rest runs. */
const unknownTags = ({ tags, skipTags, allowEmpty }: ScheduleRequest, used: Iterable<string>): Diagnostic[] => {
  const known = new Set<string>([...specialTags, ...used])
  const judge =
    (option: string, severity: Diagnostic['severity']) =>
    (tag: string): Diagnostic[] => {
      if (known.has(tag)) return []
      const near = nearest(tag, known)
      const used = [...known].filter((each) => !(specialTags as readonly string[]).includes(each))
      const others = used.length === 0 ? 'no task has tags' : `the tags are ${used.join(', ')}`
      return [
        {
          severity,
          summary: `no task has the tag \`${tag}\` of ${option}`,
          hint: near === undefined ? others : `did you mean \`${near}\`?`,
        },
      ]
    }
  return [
    ...tags.flatMap(judge('--tags', allowEmpty ? 'warning' : 'error')),
    ...skipTags.flatMap(judge('--skip-tags', 'warning')),
  ]
}

const nobody = (
  { limit, allowEmpty }: ScheduleRequest,
  plays: readonly BuiltPlay[],
  problems: readonly Diagnostic[],
): Diagnostic[] => {
  const silent = allowEmpty || plays.length === 0 || plays.some(({ play }) => play.hosts.length > 0)
  if (silent || problems.some(({ severity }) => severity === 'error')) return []
  const hint = 'look at the inventory, or give --allow-empty if that is meant'
  if (limit !== undefined)
    return [{ severity: 'error', summary: `no play has a host that --limit ${limit} leaves`, hint }]
  const at = plays[0]?.play.at
  return [{ severity: 'error', summary: 'no play has a host', ...(at && { at }), hint }]
}

/** One mistake is told once, though several plays come upon it. */
const distinct = (problems: readonly Diagnostic[]): Diagnostic[] => {
  const key = ({ at, summary, severity }: Diagnostic): string =>
    JSON.stringify([severity, at?.file, at?.line, at?.column, summary])
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()]
}

/**
 * Schedules a run. Reads the playbooks, their files of variables and the local files that arguments name.
 * Nothing, when no playbook of those asked for could be read; a schedule with errors among the problems must not be carried out.
 */
export const schedule = async (request: ScheduleRequest): Promise<Checked<Schedule | undefined>> => {
  const { inventory, taskTypes, limit, tags, skipTags, check, allowEmpty, keyring = createKeyring([]) } = request
  const lookups = createLookups(keyring)
  const extra = layerOf(request.extraVars)
  const taskFiles = createTaskFiles([...taskTypes.keys()])
  const choice = { tags, skipTags }
  const chooseHosts = createHostChoice({ inventory, allowEmpty, ...(limit !== undefined && { limit }) })
  const setting = { chooseHosts, taskTypes, files: taskFiles, extra, choice, keyring, lookups }
  const { value, problems: found } = await buildPlaybooks(request, setting)
  const problems = [...found]
  if (request.playbooks.length > 0 && value.playbooks.length === 0)
    return { value: undefined, problems: distinct(problems) }

  const { files, locate } = createLocalFiles(keyring)
  const lost = new Set(value.plays.flatMap((each) => each.lost))
  const late: Late = { names: new Set() }
  const sealed = keyring.sealed.size > 0
  const unsound = new Set(value.plays.flatMap(({ play, sound }) => (sound ? [] : [play])))
  const sources = { inventory, playbooks: value.playbooks, extra, check, locate, lookups, sealed, lost, late, unsound }
  const { scope, classes, hostScope } = createScopes(sources)
  const includes = createIncludes(taskTypes, taskFiles, choice)
  const included = followIncludes(
    value.plays.map(({ play }) => play),
    classes,
    includes,
    late,
  )
  problems.push(...included.problems)
  // What an unknown file may bring is not missing.
  const tagged =
    late.any === undefined
      ? unknownTags(request, [...value.plays.flatMap((each) => [...each.tags]), ...included.tags])
      : []
  problems.push(...tagged, ...nobody(request, value.plays, [...problems, ...tagged]))
  for (const problem of checkPlays(value.plays, { classes, included })) problems.push(problem)
  const include: Schedule['include'] = (task, play, one) => {
    const read = includes.read(task, play, one)
    if ('problem' in read) return read.problem
    return read.found.problems.find(({ severity }) => severity === 'error') ?? read.tasks
  }
  const delegates = delegatesOf(value.playbooks, classes, { included, inventory })
  return {
    value: {
      playbooks: value.playbooks,
      scope,
      classes,
      hostScope,
      include,
      delegates,
      includedBy: included.get,
      files,
    },
    problems: distinct(problems),
  }
}
