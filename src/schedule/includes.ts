/** Files of tasks that `include_tasks` names: read before the run as far as they are known, else when their turn comes. */
import type { TaskListDocument } from '../documents/playbook-block.ts'
import { mistake } from '../documents/playbook-fields.ts'
import type { Diagnostic, Scope, Value } from '../model/document.ts'
import type { Inherited, Play, Task } from '../model/schedule.ts'
import { type Building, buildTasks, circle, type Found, nothingFound } from './build-tasks.ts'
import { unknownHandlers } from './handlers.ts'
import type { HostClasses } from './host-classes.ts'
import { nothingInherited } from './inherit.ts'
import { itemBindings } from './loop.ts'
import { namesGiven } from './registers.ts'
import { type Findings, inspect } from './resolve.ts'
import { type Late, nothingLearned, type PlayScope, type Scopes } from './scope.ts'
import { isChosen, type TagChoice } from './tags.ts'
import type { TaskFiles } from './task-files.ts'

/** An include in its turn: the file, the item of its loop, and how many tasks of it came before. */
export interface IncludeRequest {
  readonly file: string
  readonly before: number
  readonly turn?: { readonly item: Value; readonly index: number }
}

export interface IncludedFile {
  readonly path: string
  readonly tasks: readonly Task[]
  readonly found: Found
}

export interface Includes {
  /** The same tasks for the same request. */
  read(include: Task, play: Play, request: IncludeRequest): IncludedFile | { readonly problem: Diagnostic }
}

/** Includes within includes; more is taken for a circle. */
const deepest = 20

/** Tasks of one include: a few small files that include each other several times stand for millions. */
const mostTasks = 10_000

const noScope: Scope = { get: () => undefined, names: () => [] }

const inheritedOf = ({ around, path }: Task): Inherited => ({ ...(around ?? nothingInherited), path })

export const createIncludes = (types: Building['types'], files: TaskFiles, choice: TagChoice): Includes => {
  const known = new WeakMap<Task, Map<string, IncludedFile>>()
  const build = (include: Task, play: Play, { before, turn }: IncludeRequest, path: string, list: TaskListDocument) => {
    const found = nothingFound()
    let count = before
    const building: Building = {
      types,
      files,
      playbook: play.at.file,
      scope: noScope,
      chain: [path],
      nextId: () => `${include.id}.${++count}`,
      found,
    }
    const tasks = buildTasks(list, inheritedOf(include), building)
    const own = include.loop === undefined || turn === undefined ? [] : [...itemBindings(include.loop, turn)]
    const given = new Map([...(include.given ?? []), ...own])
    found.problems.push(...unknownHandlers(found.notified, play.handlers))
    return {
      path,
      found,
      tasks: tasks.filter((task) => isChosen(task.tags, choice)).map((task) => ({ ...task, given })),
    }
  }
  return {
    read: (include, play, request) => {
      const at = include.args.at
      if (include.id.split('.').length > deepest + 2)
        return { problem: mistake(at, `includes are nested more than ${deepest} deep`, 'does a file include itself?') }
      const file = files.load(request.file, at, play.at.file)
      if ('problem' in file) return file
      const byKey = known.get(include) ?? new Map<string, IncludedFile>()
      known.set(include, byKey)
      const key = JSON.stringify([file.path, request.before, request.turn])
      const built = byKey.get(key) ?? build(include, play, request, file.path, file.list)
      if (!byKey.has(key)) built.found.problems.unshift(...file.problems)
      byKey.set(key, built)
      return built
    },
  }
}

/** What includes are known to bring, for each include that a play itself names: nested ones are among its tasks. */
export interface Included {
  get(include: Task): readonly Task[]
  isOn(task: Task, host: string): boolean
  readonly tags: readonly string[]
  /** Are all files known? */
  readonly whole: boolean
  readonly problems: readonly Diagnostic[]
}

const unconditional = new WeakMap<Task, Task>()

/** The include whatever its conditions say: what it would bring is known, though not yet whether it will. */
const whatever = (include: Task): Task => {
  const made = unconditional.get(include) ?? { ...include, when: [] }
  unconditional.set(include, made)
  return made
}

const namedBy = (include: Task, play: Play, scope: PlayScope): Findings => {
  const found = inspect(include, play, scope)
  return found.kind === 'waits' && include.loop === undefined ? inspect(whatever(include), play, scope) : found
}

/** Hosts of one play on which an include means the same. */
interface Following {
  readonly play: Play
  readonly classes: HostClasses
  /** Files that led here. */
  readonly chain: readonly string[]
  readonly into: Set<Task>
}

/** Follows every include of these plays as far as its file is known; what its tasks will give is added to `late`. */
export const followIncludes = (
  plays: readonly Play[],
  classesOf: Scopes['classes'],
  includes: Includes,
  late: Late,
): Included => {
  const byInclude = new Map<Task, Set<Task>>()
  const hostsOf = new Map<Task, Set<string>>()
  const problems: Diagnostic[] = []

  const note = (task: Task, hosts: readonly string[], into: Set<Task>): void => {
    into.add(task)
    const known = hostsOf.get(task) ?? new Set()
    for (const host of hosts) known.add(host)
    hostsOf.set(task, known)
    for (const name of namesGiven(task)) late.names.add(name)
  }
  const follow = (include: Task, reached: ReadonlySet<string>, following: Following): void => {
    const { play, classes, into } = following
    if (into.size > mostTasks) return
    for (const { hosts, result } of classes.of(include, (scope) => namedBy(include, play, scope))) {
      const those = reached.size === play.hosts.length ? hosts : hosts.filter((host) => reached.has(host))
      if (those.length > 0) bring(include, result, those, following)
    }
  }
  const bring = (include: Task, resolved: Findings, hosts: readonly string[], following: Following): void => {
    const { play, chain, into } = following
    if (resolved.kind === 'waits') late.any ??= { play: play.number, why: `what ${include.name} includes` }
    if (resolved.kind !== 'items') return
    let before = 0
    for (const [index, each] of resolved.items.entries()) {
      if (each.kind !== 'work') continue
      const { file } = each.args as { readonly file: string }
      const turn = each.item === undefined ? {} : { turn: { item: each.item, index } }
      const read = includes.read(include, play, { file, before, ...turn })
      if ('problem' in read) {
        problems.push(read.problem)
        continue
      }
      problems.push(...read.found.problems)
      for (const name of read.found.lost) late.names.add(name)
      before += read.tasks.length
      if (chain.includes(read.path)) {
        // With a condition it may come to an end.
        if (include.when.length === 0)
          problems.push(mistake(include.args.at, circle([...chain, read.path], 'includes'), 'break the circle'))
        continue
      }
      for (const task of read.tasks) {
        note(task, hosts, into)
        if (task.type.includes) follow(task, new Set(hosts), { ...following, chain: [...chain, read.path] })
      }
    }
  }
  for (const play of plays) {
    const written = [...play.tasks, ...play.handlers].filter(({ type }) => type.includes)
    if (written.length === 0) continue
    const classes = classesOf(play, nothingLearned)
    const everyone = new Set(play.hosts)
    for (const task of written) {
      const into = new Set<Task>()
      byInclude.set(task, into)
      follow(task, everyone, { play, classes, chain: [task.at.file], into })
      if (into.size > mostTasks)
        problems.push(
          mistake(task.args.at, `this include brings more than ${mostTasks} tasks`, 'do its files include each other?'),
        )
    }
  }
  return {
    get: (include) => [...(byInclude.get(include) ?? [])],
    isOn: (task, host) => hostsOf.get(task)?.has(host) === true,
    whole: late.any === undefined,
    tags: [...hostsOf.keys()].flatMap(({ tags }) => tags),
    problems,
  }
}
