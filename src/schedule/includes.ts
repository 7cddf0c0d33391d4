/** Files of tasks that `include_tasks` names: read before the run as far as they are known, else when their turn comes. */
import type { TaskListDocument } from '../documents/playbook-block.ts'
import { mistake } from '../documents/playbook-fields.ts'
import type { Diagnostic, Scope, Value } from '../model/document.ts'
import type { Inherited, Play, Task } from '../model/schedule.ts'
import { type Building, buildTasks, circle, type Found, nothingFound } from './build-tasks.ts'
import { unknownHandlers } from './handlers.ts'
import { nothingInherited } from './inherit.ts'
import { itemBindings } from './loop.ts'
import { namesGiven } from './registers.ts'
import { inspect } from './resolve.ts'
import { type Late, nothingLearned, type Scopes } from './scope.ts'
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

/** Follows every include of these plays as far as its file is known; what its tasks will give is added to `late`. */
export const followIncludes = (
  plays: readonly Play[],
  scope: Scopes['scope'],
  includes: Includes,
  late: Late,
): Included => {
  const byInclude = new Map<Task, Set<Task>>()
  const hostsOf = new Map<Task, Set<string>>()
  const problems: Diagnostic[] = []

  const note = (task: Task, host: string, into: Set<Task>): void => {
    into.add(task)
    const hosts = hostsOf.get(task) ?? new Set()
    hosts.add(host)
    hostsOf.set(task, hosts)
    for (const name of namesGiven(task)) late.names.add(name)
  }
  const follow = (include: Task, play: Play, host: string, chain: readonly string[], into: Set<Task>): void => {
    if (into.size > mostTasks) return
    const seen = scope(play, host, nothingLearned)
    const first = inspect(include, play, seen)
    const resolved =
      first.kind === 'waits' && include.loop === undefined ? inspect(whatever(include), play, seen) : first
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
        note(task, host, into)
        if (task.type.includes) follow(task, play, host, [...chain, read.path], into)
      }
    }
  }
  for (const play of plays)
    for (const task of [...play.tasks, ...play.handlers].filter(({ type }) => type.includes)) {
      const into = new Set<Task>()
      byInclude.set(task, into)
      for (const host of play.hosts) follow(task, play, host, [task.at.file], into)
      if (into.size > mostTasks)
        problems.push(
          mistake(task.args.at, `this include brings more than ${mostTasks} tasks`, 'do its files include each other?'),
        )
    }
  return {
    get: (include) => [...(byInclude.get(include) ?? [])],
    isOn: (task, host) => hostsOf.get(task)?.has(host) === true,
    whole: late.any === undefined,
    tags: [...hostsOf.keys()].flatMap(({ tags }) => tags),
    problems,
  }
}
