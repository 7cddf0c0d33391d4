import type { DocNode, Value } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { member, slice } from './access.ts'
import { bindArguments } from './arguments.ts'
import { binary, compares, truthOf } from './arithmetic.ts'
import { fault, rethrowAt } from './fault.ts'
import type { Operation, Tools } from './filter.ts'
import { filters } from './filters.ts'
import { functions } from './functions.ts'
import { changing, methodsOf } from './methods.ts'
import { hintForMissing } from './missing-variable.ts'
import { staticValue } from './parsed.ts'
import { textOf } from './python-text.ts'
import type { Arguments, Expression } from './syntax.ts'
import { tests } from './tests.ts'
import { formatBraces } from './text-format.ts'
import { asNumber, type Inner, isMissing, kindOf, mapOf, missing, omit, used } from './values.ts'

/** What evaluation needs from its surroundings. */
export interface Evaluation {
  readonly tools: Tools
  /** A name that `for` or `set` bound. */
  local(name: string): Inner | undefined
  /** A variable: its node as long as nobody looked at it, so that only the needed part of it is rendered. */
  variable(name: string): Found | undefined
  render(node: DocNode, name: string): Inner
  names(): Iterable<string>
}

/** `name` says how the user would call the node: `a.b`. */
export type Found =
  | { readonly kind: 'node'; readonly node: DocNode; readonly name: string }
  | { readonly kind: 'inner'; readonly inner: Inner }

const inner = (value: Inner): Found => ({ kind: 'inner', inner: value })

/** The value of an expression. Throws a stop; a fault has its offset. */
export const evaluate = (expression: Expression, context: Evaluation): Inner => {
  context.tools.spend(1)
  try {
    return step(expression, context)
  } catch (thrown) {
    return rethrowAt(thrown, expression.offset)
  }
}

const value = (expression: Expression, context: Evaluation): Value => {
  const result = evaluate(expression, context)
  try {
    return used(result)
  } catch (thrown) {
    return rethrowAt(thrown, expression.offset)
  }
}

const truth = (expression: Expression, context: Evaluation): boolean => truthOf(value(expression, context))

const step = (of: Expression, context: Evaluation): Inner => {
  switch (of.kind) {
    case 'literal':
      return of.value
    case 'name':
    case 'attribute':
    case 'index':
      return settled(find(of, context), context)
    case 'slice':
      return slice(
        value(of.of, context),
        of.bounds.map((bound) => bound && value(bound, context)),
      )
    case 'list':
      return of.items.map((item) => value(item, context))
    case 'map':
      return mapOf(of.entries.map(([key, item]) => [textOf(value(key, context)), value(item, context)]))
    case 'not':
      return !truth(of.of, context)
    case 'unary':
      return negated(of.operator, value(of.of, context))
    case 'binary':
      return measured(binary(of.operator, value(of.left, context), value(of.right, context)), context)
    case 'and':
    case 'or':
      return either(of, context)
    case 'compare':
      return compared(of, context)
    case 'choice':
      return chosen(of, context)
    case 'call':
      return applied(of.name, functions[of.name], null, of.args, context)
    case 'filter':
      return applied(of.name, filters[of.name], evaluate(of.of, context), of.args, context)
    case 'test':
      return tested(of, context)
    case 'method':
      return called(of, context)
  }
}

/** Joining grows text fast: its length counts as work. */
const measured = (result: Value, { tools }: Evaluation): Value => {
  if (typeof result === 'string' && result.length > 1000) tools.spend(result.length >> 8)
  return result
}

const negated = (operator: '-' | '+', of: Value): Value => {
  const number = asNumber(of)
  if (number === undefined) throw fault(`${kindOf(of)} has no sign`, 'make it a number with | int')
  return operator === '-' ? 0 - number : number
}

/** `and` and `or` yield the operand that decided, as in Python, and leave the other alone. */
const either = (of: Extract<Expression, { kind: 'and' | 'or' }>, context: Evaluation): Inner => {
  const left = value(of.left, context)
  return truthOf(left) === (of.kind === 'or') ? left : evaluate(of.right, context)
}

const compared = (of: Extract<Expression, { kind: 'compare' }>, context: Evaluation): boolean => {
  let left = value(of.first, context)
  for (const { operator, right, offset } of of.rest) {
    const other = value(right, context)
    try {
      if (!compares(operator, left, other)) return false
    } catch (thrown) {
      rethrowAt(thrown, offset)
    }
    left = other
  }
  return true
}

const chosen = (of: Extract<Expression, { kind: 'choice' }>, context: Evaluation): Inner => {
  if (truth(of.condition, context)) return evaluate(of.yes, context)
  if (of.no) return evaluate(of.no, context)
  return missing(() => ({
    ...fault('the condition is false and there is no else', undefined, of.offset),
    missing: true,
    blank: true,
  }))
}

const settled = (found: Found, context: Evaluation): Inner =>
  found.kind === 'node' ? context.render(found.node, found.name) : found.inner

/** Where a name, attribute or index leads. As long as that is within what the user wrote, nothing is rendered. */
export const find = (of: Expression, context: Evaluation): Found => {
  if (of.kind === 'name') return named(of.name, of.offset, context)
  if (of.kind !== 'attribute' && of.kind !== 'index') return inner(evaluate(of, context))
  const base = find(of.of, context)
  const key = of.kind === 'attribute' ? of.name : value(of.index, context)
  const child = base.kind === 'node' ? childOf(base.node, key) : undefined
  if (child && base.kind === 'node') return { kind: 'node', node: child, name: `${base.name}.${textOf(key)}` }
  const container = at(of.of.offset, () =>
    settled(base.kind === 'node' ? (keysOnly(base.node) ?? base) : base, context),
  )
  // Missing of missing is the first that is missing, so that default() covers the whole path.
  if (isMissing(container)) return inner(container)
  const result = member(used(container), key)
  return inner(isMissing(result) ? placed(result, of.offset) : result)
}

const at = <T>(offset: number, run: () => T): T => {
  try {
    return run()
  } catch (thrown) {
    return rethrowAt(thrown, offset)
  }
}

/** A missing value that knows where it was looked for. */
const placed = (gone: Inner, offset: number): Inner =>
  missing(() => {
    try {
      used(gone)
    } catch (thrown) {
      return { missing: true as const, offset, ...(thrown as ReturnType<typeof fault>) }
    }
    return fault('missing')
  })

/** The part of a written value under a key, if that can be told without rendering. */
const childOf = (node: DocNode, key: Value): DocNode | undefined => {
  if (node.kind === 'list') {
    const index = asNumber(key)
    return index === undefined ? undefined : node.items.at(index)
  }
  if (node.kind !== 'map') return undefined
  const name = textOf(key)
  return node.entries.find((entry) => entry.key.value === name)?.value
}

/** The names in a written map that holds no templates for keys: enough to say that one is not there. */
const keysOnly = (node: DocNode): Found | undefined => {
  if (node.kind !== 'map' || node.entries.some(({ key }) => staticValue(key) === undefined)) return undefined
  return inner(mapOf(node.entries.map(({ key }) => [String(key.value), null])))
}

const named = (name: string, offset: number, context: Evaluation): Found => {
  const local = context.local(name)
  if (local !== undefined) return inner(local)
  const found = context.variable(name)
  if (found) return found
  if (name === 'omit') return inner(omit)
  return inner(
    missing(() => ({
      ...fault(`undefined variable "${name}"`, hintForMissing(name, context.names()), offset),
      missing: true,
    })),
  )
}

/** `loop.cycle('odd', 'even')`: each round the next. */
const cycled = (loop: Value, given: readonly Value[]): Value => {
  const index = asNumber(used(member(loop, 'index0')))
  const chosen = index === undefined ? undefined : given[index % given.length]
  if (chosen === undefined) throw fault('loop.cycle() needs values to choose from')
  return chosen
}

const applied = (
  name: string,
  operation: Operation | undefined,
  of: Inner,
  args: Arguments,
  context: Evaluation,
): Inner => {
  if (!operation) throw fault(`"${name}" is unknown`)
  const given = bindArguments(name, operation, positional(args, context), keywords(args, context))
  return operation.run(operation.tolerant ? of : used(of), given, context.tools)
}

const positional = (args: Arguments, context: Evaluation): readonly Value[] =>
  args.positional.map((argument) => value(argument, context))

const keywords = (args: Arguments, context: Evaluation): readonly (readonly [string, Value])[] =>
  args.named.map(([name, argument]) => [name, value(argument, context)])

const tested = (of: Extract<Expression, { kind: 'test' }>, context: Evaluation): boolean => {
  const test = tests[of.name]
  if (!test) throw fault(`"${of.name}" is unknown`)
  const subject = test.tolerant ? presence(of.of, context) : at(of.of.offset, () => used(evaluate(of.of, context)))
  const given = bindArguments(of.name, test, positional(of.args, context), keywords(of.args, context))
  return test.run(subject, given) !== of.negated
}

/** What `is defined` looks at: a list or map that was written is there, whatever is missing within it. */
const presence = (of: Expression, context: Evaluation): Inner => {
  if (of.kind !== 'name' && of.kind !== 'attribute' && of.kind !== 'index') return evaluate(of, context)
  const found = find(of, context)
  return found.kind === 'node' && found.node.kind !== 'scalar' ? true : settled(found, context)
}

const called = (of: Extract<Expression, { kind: 'method' }>, context: Evaluation): Inner => {
  const base = value(of.of, context)
  if (of.of.kind === 'name' && of.of.name === 'loop' && of.name === 'cycle')
    return cycled(base, positional(of.args, context))
  if (of.name === 'format' && typeof base === 'string')
    return formatBraces(base, positional(of.args, context), new Map(keywords(of.args, context)))
  const methods = methodsOf(base)
  const method = Object.hasOwn(methods, of.name) ? methods[of.name] : undefined
  if (method) return applied(`${of.name}()`, method, base, of.args, context)
  if (changing.has(of.name))
    throw fault(`${of.name}() would change a value, and values do not change`, 'use + or | combine')
  const similar = nearest(of.name, Object.keys(methods))
  throw fault(
    `${kindOf(base)} has no method "${of.name}"`,
    similar === undefined ? undefined : `did you mean ${similar}()?`,
  )
}
