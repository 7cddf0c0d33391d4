/** Lists of tasks as they will run: blocks taken apart, imports read, everything inherited laid on each task. */
import { relative } from 'node:path'
import type { BlockDocument, ImportDocument, TaskListDocument } from '../documents/playbook-block.ts'
import { mistake, textOf } from '../documents/playbook-fields.ts'
import type { InheritedDocument } from '../documents/playbook-inherited.ts'
import type { TaskDocument } from '../documents/playbook-task.ts'
import { present } from '../documents/present.ts'
import type { Diagnostic, MapNode, ScalarNode, Scope } from '../model/document.ts'
import type { Block, Inherited, Task } from '../model/schedule.ts'
import type { TaskType } from '../model/task-type.ts'
import { renderNode } from '../template/render.ts'
import { inherit, isTemplate, within } from './inherit.ts'
import { layerOf } from './layers.ts'
import type { TaskFiles } from './task-files.ts'

export interface Building {
  readonly types: ReadonlyMap<string, TaskType<unknown>>
  readonly files: TaskFiles
  /** The playbook, beside which files are found. */
  readonly playbook: string
  /** For the names of imported files: no host's variables are in it. */
  readonly scope: Scope
  /** Files in the middle of which we are. */
  readonly chain: readonly string[]
  /** Gives the next task its id. */
  nextId(): string
  readonly found: Found
}

/** What is met on the way. */
export interface Found {
  readonly problems: Diagnostic[]
  /** Names registered by tasks that could not be read. */
  readonly lost: string[]
  /** Names of handlers where they are notified. */
  readonly notified: ScalarNode[]
}

export const nothingFound = (): Found => ({ problems: [], lost: [], notified: [] })

/** `2.1`, `2.2` …: `prefix` and a number. */
export const numbering = (prefix: string): (() => string) => {
  let last = 0
  return () => `${prefix}${++last}`
}

export const buildTasks = (list: TaskListDocument, outer: Inherited, building: Building): readonly Task[] =>
  list.flatMap((entry) => {
    // What could not be read leaves a gap, so that the others keep their numbers.
    if (entry === undefined) building.nextId()
    if (entry === undefined) return []
    building.found.notified.push(...entry.notify.filter((name) => !isTemplate(name)))
    if (entry.kind === 'block') return buildBlock(entry, outer, building)
    if (entry.kind === 'import') return buildImport(entry, outer, building)
    return buildTask(entry, outer, building)
  })

const buildBlock = (document: BlockDocument, outer: Inherited, building: Building): readonly Task[] => {
  const block: Block = { at: document.at, rescues: document.rescue.length > 0 }
  const inherited = inherit(outer, document)
  return (['block', 'rescue', 'always'] as const).flatMap((part) =>
    buildTasks(document[part], within(inherited, { block, part }), building),
  )
}

const buildImport = (document: ImportDocument, outer: Inherited, building: Building): readonly Task[] => {
  const { found, files, playbook, chain } = building
  if (document.file === undefined) return []
  const inherited = inherit(outer, document)
  const given = layerOf(inherited.vars)
  const scope: Scope = {
    get: (name) => building.scope.get(name) ?? given.get(name),
    names: () => [...building.scope.names(), ...given.keys()],
  }
  const name = renderNode(document.file, scope)
  if (name.kind !== 'value') {
    const hint = 'only the vars of the play and --extra-vars are known here; `include_tasks` knows those of the host'
    const { problem = mistake(document.file.at, `\`import_tasks\` depends on a host`, hint) } =
      name.kind === 'problem' ? name : {}
    found.problems.push({ ...problem, hint: problem.hint ?? hint })
    return []
  }
  const file = files.load(String(name.value), document.file.at, playbook)
  if ('problem' in file) {
    found.problems.push(file.problem)
    return []
  }
  if (chain.includes(file.path)) {
    found.problems.push(mistake(document.file.at, circle([...chain, file.path]), 'break the circle'))
    return []
  }
  found.problems.push(...file.problems)
  return buildTasks(file.list, inherited, { ...building, chain: [...chain, file.path] })
}

/** `a.yml imports b.yml, which imports a.yml`. */
export const circle = (chain: readonly string[], verb: 'imports' | 'includes' = 'imports'): string => {
  const [first = '', ...rest] = chain.slice(chain.indexOf(chain.at(-1) ?? '')).map((path) => relative('.', path))
  if (rest.length <= 1) return `${first} ${verb} itself`
  return `${first} ${verb} ${rest.join(`, which ${verb} `)}`
}

const buildTask = (document: TaskDocument, outer: Inherited, { types, nextId, found }: Building): readonly Task[] => {
  const id = nextId()
  const { work, register, loop, retries, delay, failedWhen, changedWhen, apply } = document
  const type = work && types.get(work.type)
  if (work === undefined || type === undefined) {
    if (register !== undefined) found.lost.push(textOf(register))
    return []
  }
  const { kind: _kind, work: _work, listen, until, at, name, ...own } = document
  const inherited = inherit(outer, inheritedOnly(own))
  found.notified.push(...(apply?.notify ?? []).filter((name) => !isTemplate(name)))
  const task: Task = {
    ...inherited,
    id,
    name: name === undefined ? type.name : textOf(name),
    at,
    type,
    args: work.args,
    until,
    listen: listen.map(textOf),
    ...(type.includes ? { around: aroundIncluded(outer, own.vars, apply) } : {}),
    ...present({ loop, register: register && textOf(register), retries, delay, failedWhen, changedWhen }),
  }
  return [task]
}

/** The variables of the include itself win over those that it applies. */
const aroundIncluded = (
  outer: Inherited,
  vars: MapNode | undefined,
  apply: InheritedDocument | undefined,
): Inherited => {
  const applied = apply === undefined ? outer : inherit(outer, apply)
  return vars === undefined ? applied : { ...applied, vars: [...applied.vars, vars] }
}

/** Without what is the task's alone. */
const inheritedOnly = ({
  loop: _loop,
  register: _register,
  retries: _retries,
  delay: _delay,
  failedWhen: _failedWhen,
  changedWhen: _changedWhen,
  apply: _apply,
  ...inherited
}: Omit<TaskDocument, 'kind' | 'work' | 'listen' | 'until' | 'at' | 'name'>) => inherited
