/** Walks the nodes that a user wrote, and renders what is asked of them. Throws stops; render.ts catches them. */
import type { Binding, DocNode, MapNode, ScalarNode, Scope, Value } from '../model/document.ts'
import { bindArguments } from './arguments.ts'
import { type Evaluation, type Found, find } from './evaluate.ts'
import { fault, isFault, isStop } from './fault.ts'
import type { Tools } from './filter.ts'
import { filters } from './filters.ts'
import { lookupName } from './lookups.ts'
import { parsedText, staticValue } from './parsed.ts'
import { placeIn } from './place.ts'
import { textOf } from './python-text.ts'
import { tests } from './tests.ts'
import { type Inner, isMap, missing, omit, used } from './values.ts'
import { type Locals, noLocals, walkParts } from './walk.ts'

const maxSteps = 100_000
const maxNesting = 50

/** One call of this room: how much work it may still do, and which variables it is in the middle of. */
export interface Work {
  readonly scope: Scope
  readonly tools: Tools
  /** Nodes whose text nobody looks at: any other of its length would do as well. */
  readonly free: ReadonlySet<DocNode>
  readonly done: Map<DocNode, Inner>
  readonly open: { readonly node: DocNode; readonly name: string }[]
}

const nothing: ReadonlySet<DocNode> = new Set()

export const newWork = (scope: Scope, free = nothing): Work => {
  let left = maxSteps
  const tools: Tools = {
    lookup: (plugin, term) => {
      const found = scope.get(lookupName(plugin, term))
      if (found?.kind === 'pending') throw { stop: 'waits', on: found.why }
      if (found?.kind !== 'value')
        throw fault(`lookup('${plugin}') is not possible here`, 'put its value into a variable of the play')
      return found.value
    },
    spend: (steps) => {
      left -= steps
      if (left < 0) throw fault('the template does too much work', 'does it loop over itself?')
    },
    filter: (name, value, args) => {
      const filter = filters[name]
      if (!filter) throw fault(`unknown filter "${name}"`)
      return filter.run(filter.tolerant ? value : used(value), bindArguments(name, filter, args, []), tools)
    },
    test: (name, value, args) => {
      const test = tests[name]
      if (!test) throw fault(`unknown test "${name}"`)
      return test.run(test.tolerant ? value : used(value), bindArguments(name, test, args, []))
    },
  }
  return { scope, tools, free, done: new Map(), open: [] }
}

/** Gives a fault that knows its offset the place of the text it happened in. */
export const located = <T>(node: ScalarNode, run: () => T): T => {
  try {
    return run()
  } catch (thrown) {
    if (isFault(thrown) && thrown.at === undefined) throw { ...thrown, at: placeIn(node, thrown.offset ?? 0) }
    throw thrown
  }
}

export const evaluationOf = (work: Work, locals: Locals): Evaluation => ({
  tools: work.tools,
  local: locals.get,
  variable: (name) => variable(name, work),
  render: (node, name) => renderVariable(node, name, work),
  names: () => work.scope.names(),
})

const variable = (name: string, { scope }: Work): Found | undefined => {
  const binding = scope.get(name)
  if (!binding) return undefined
  if (binding.kind === 'written') return { kind: 'node', node: binding.node, name }
  if (binding.kind === 'value') return { kind: 'inner', inner: binding.value }
  throw { stop: 'waits', on: binding.why }
}

/** The text of a binding that holds no template; undefined for anything else. */
export const printedText = (binding: Binding): string | undefined => {
  const text =
    binding.kind === 'written' ? scalarText(binding.node) : binding.kind === 'value' ? binding.value : undefined
  return typeof text === 'string' ? text : undefined
}

const scalarText = (node: DocNode): Value | undefined => (node.kind === 'scalar' ? staticValue(node) : undefined)

/** For text that nobody looks at: the scope is told that its variables are only printed. */
export const printing = ({ scope }: Work): ((name: string) => string | undefined) | undefined =>
  scope.printed &&
  ((name) => {
    const binding = scope.printed?.(name)
    return binding && printedText(binding)
  })

/** A variable that cannot be rendered for lack of another is missing itself: `default` then applies to it too. */
const renderVariable = (node: DocNode, name: string, work: Work): Inner => {
  const known = staticValue(node) ?? work.done.get(node)
  if (known !== undefined) return known
  try {
    const result = within(node, name, work, () => renderInner(node, work))
    work.done.set(node, result)
    return result
  } catch (thrown) {
    if (isFault(thrown) && thrown.missing && node.kind === 'scalar') return missing(() => thrown)
    throw thrown
  }
}

/** Runs with the node marked as being rendered; a node that needs itself is a fault that names the way round. */
const within = <T>(node: DocNode, name: string, { open }: Work, run: () => T): T => {
  const from = open.findIndex((entry) => entry.node === node)
  if (from !== -1) {
    const names = [...open.slice(from).map((entry) => entry.name), name]
    throw { ...fault(`a variable needs itself: ${names.join(' uses ')}`, 'give one of them another name'), at: node.at }
  }
  if (open.length >= maxNesting)
    throw { ...fault(`variables use each other more than ${maxNesting} deep`), at: node.at }
  open.push({ node, name })
  try {
    return run()
  } finally {
    open.pop()
  }
}

export const renderInner = (node: DocNode, work: Work): Inner => {
  const known = staticValue(node)
  if (known !== undefined) return known
  work.tools.spend(1)
  if (node.kind === 'scalar') return node.sealed ? unsealed(node, work) : renderText(node, work)
  if (node.kind === 'list')
    return node.items.map((item) => used(renderInner(item, work))).filter((item) => item !== omit)
  return renderMap(
    node,
    (key) => textOf(renderInner(key, work)),
    (value) => used(renderInner(value, work)),
  )
}

/** What a `!vault` text holds, as the scope tells it: text, or what is wrong. Like text from a host it is not rendered. */
const unsealed = (node: ScalarNode, { scope }: Work): Value => {
  const found = scope.get(lookupName('vault', String(node.value)))
  if (found?.kind === 'pending') throw { stop: 'waits', on: found.why }
  if (found?.kind === 'value' && typeof found.value === 'string') return found.value
  const wrong = found?.kind === 'value' && isMap(found.value) ? found.value : {}
  const summary = typeof wrong.summary === 'string' ? wrong.summary : 'the value of a vault cannot be used here'
  throw { ...fault(summary, typeof wrong.hint === 'string' ? wrong.hint : undefined), at: node.at }
}

const renderText = (node: ScalarNode, work: Work): Inner => {
  const parsed = parsedText(node)
  if (parsed.kind === 'fault') throw { ...fault(parsed.problem.summary, parsed.problem.hint), at: parsed.problem.at }
  const plain = work.free.has(node) ? printing(work) : undefined
  const walk = { evaluation: (locals: Locals) => evaluationOf(work, locals), plain }
  const result = located(node, () => walkParts(parsed.parsed, walk))
  return typeof result === 'string' ? withLineEnds(result, String(node.value)) : result
}

const lineEndsOf = (text: string): number => {
  let end = text.length
  while (text[end - 1] === '\n') end -= 1
  return text.length - end
}

/** As many line ends as the template has, at least: Jinja drops the last, and Ansible puts it back. */
export const withLineEnds = (text: string, template: string): string =>
  text + '\n'.repeat(Math.max(0, lineEndsOf(template) - lineEndsOf(text)))

const renderMap = (
  node: MapNode,
  renderKey: (key: ScalarNode) => string | undefined,
  render: (value: DocNode) => Value | undefined,
): Value => {
  const map: { [key: string]: Value } = Object.create(null)
  for (const { key, value } of node.entries) {
    const [name, rendered] = [renderKey(key), render(value)]
    if (name === undefined || rendered === undefined || rendered === omit) continue
    if (Object.hasOwn(map, name)) throw { ...fault(`two keys are "${name}" once rendered`), at: key.at }
    map[name] = rendered
  }
  return map
}

/** A list or map without the parts that wait. A whole-value template that names a written list or map is followed into it. */
export const renderKnown = (node: DocNode, work: Work): Inner => {
  const known = staticValue(node)
  if (known !== undefined) return known
  if (node.kind === 'list') {
    const items = node.items.map((item) => ifKnown(() => used(renderKnown(item, work))))
    return items.filter((item): item is Value => item !== undefined && item !== omit)
  }
  if (node.kind === 'map')
    return renderMap(
      node,
      (key) => ifKnown(() => textOf(renderInner(key, work))),
      (part) => ifKnown(() => used(renderKnown(part, work))),
    )
  if (node.sealed) return unsealed(node, work)
  const target = writtenTarget(node, work)
  return target ? within(target.node, target.name, work, () => renderKnown(target.node, work)) : renderText(node, work)
}

const ifKnown = <T>(run: () => T): T | undefined => {
  try {
    return run()
  } catch (thrown) {
    if (isStop(thrown) && thrown.stop === 'waits') return undefined
    throw thrown
  }
}

const writtenTarget = (node: ScalarNode, work: Work): Extract<Found, { kind: 'node' }> | undefined => {
  const parsed = parsedText(node)
  const [part, ...more] = parsed.kind === 'parsed' ? parsed.parsed : []
  if (part?.kind !== 'output' || more.length > 0) return undefined
  const { expression } = part
  if (expression.kind !== 'name' && expression.kind !== 'attribute' && expression.kind !== 'index') return undefined
  const found = located(node, () => find(expression, evaluationOf(work, noLocals())))
  return found.kind === 'node' ? found : undefined
}
