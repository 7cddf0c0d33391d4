import type { Value } from '../model/document.ts'
import { truthOf } from './arithmetic.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { fault, rethrowAt } from './fault.ts'
import { textOf } from './python-text.ts'
import type { Expression, OverBlock, Part } from './syntax.ts'
import { faultOf, type Inner, isList, isMap, isMissing, itemsOf, mapOf, used, usedDeeply } from './values.ts'

const maxText = 4 * 1024 * 1024

/** The names that `for` and `set` bind, innermost first. */
export interface Locals {
  get(name: string): Inner | undefined
  set(name: string, value: Inner): void
  /** Gives the name a new value where it is bound. */
  replace(name: string, value: Inner): void
  inner(): Locals
}

export const noLocals = (outer?: Locals): Locals => {
  const own = new Map<string, Inner>()
  const locals: Locals = {
    get: (name) => (own.has(name) ? own.get(name) : outer?.get(name)),
    set: (name, value) => {
      own.set(name, value)
    },
    replace: (name, value) => {
      if (own.has(name)) own.set(name, value)
      else outer?.replace(name, value)
    },
    inner: () => noLocals(locals),
  }
  return locals
}

export interface Walk {
  evaluation(locals: Locals): Evaluation
  /** The text of a variable whose text is plain, where what is printed is looked at by nobody. */
  readonly plain?: ((name: string) => string | undefined) | undefined
}

/** What the parts of a template print, as ansible-core 2.19 does: nothing is null, one part alone keeps its type, several become text. */
export const walkParts = (parts: readonly Part[], walk: Walk): Inner => {
  const printed: Inner[] = []
  walkInto(parts, walk, noLocals(), printed)
  const [first = null] = printed
  return printed.length <= 1 ? used(first) : joined(printed)
}

/** As walkParts, and always text, what a template file becomes; undefined when nothing is printed. */
export const walkToText = (parts: readonly Part[], walk: Walk): string | undefined => {
  const printed: Inner[] = []
  walkInto(parts, walk, noLocals(), printed)
  return printed.length === 0 ? undefined : joined(printed)
}

const joined = (printed: readonly Inner[]): string => {
  let text = ''
  for (const piece of printed) {
    if (!isMissing(piece)) text += textOf(piece)
    if (text.length > maxText) throw fault('the text grows beyond 4 MiB')
  }
  return text
}

const walkInto = (parts: readonly Part[], walk: Walk, locals: Locals, printed: Inner[]): void => {
  const context = walk.evaluation(locals)
  for (const part of parts) {
    context.tools.spend(1)
    if (part.kind === 'text') printed.push(part.text)
    else if (part.kind === 'output') print(part.expression, context, walk, printed)
    else if (part.kind === 'set') assign(part, context, locals)
    else if (part.kind === 'set-field') setField(part, strict(part.value, context), locals)
    else if (part.kind === 'set-text') locals.set(part.name, overBlock(part, walk, locals))
    else if (part.kind === 'filtered') printed.push(overBlock(part, walk, locals))
    else if (part.kind === 'with') walkWith(part, walk, locals, printed)
    else if (part.kind === 'if') {
      const branch = part.branches.find(({ condition }) => truthOf(strict(condition, context)))
      walkInto(branch?.body ?? part.otherwise, walk, locals, printed)
    } else walkFor(part, walk, locals, printed)
  }
}

/** What is missing may be given a name; it is an error once that is used. */
const assign = ({ names, value }: SetNames, context: Evaluation, locals: Locals): void => {
  const [name] = names
  if (names.length === 1 && name !== undefined) locals.set(name, evaluate(value, context))
  else bind(names, strict(value, context), locals, value.offset)
}

/** `set space.name = …` puts a new value in the place of the namespace, wherever it was made. */
const setField = ({ name, field, value }: SetField, fresh: Value, locals: Locals): void => {
  const space = locals.get(name)
  if (space === undefined || !isMap(space))
    throw fault(`"${name}" is no namespace`, `make it first: {% set ${name} = namespace() %}`, value.offset)
  locals.replace(name, mapOf([...Object.entries(space), [field, fresh]]))
}

const overBlock = ({ body, blockText, value }: OverBlock, walk: Walk, locals: Locals): Value => {
  const printed: Inner[] = []
  // What is printed within is looked at by what stands around it.
  walkInto(body, { ...walk, plain: undefined }, locals.inner(), printed)
  const inner = locals.inner()
  inner.set(blockText, joined(printed))
  return known(evaluate(value, walk.evaluation(inner)), value)
}

const walkWith = ({ bindings, body }: With, walk: Walk, locals: Locals, printed: Inner[]): void => {
  const inner = locals.inner()
  for (const [name, value] of bindings) inner.set(name, strict(value, walk.evaluation(locals)))
  walkInto(body, walk, inner, printed)
}

/** None leaves nothing behind, as if it were not there; nor does an inline `if` without `else`, beside other text. */
const print = (expression: Expression, context: Evaluation, walk: Walk, printed: Inner[]): void => {
  const result = plainly(expression, context, walk) ?? evaluate(expression, context)
  if (isMissing(result) && faultOf(result).blank) printed.push(result)
  else {
    const value = known(result, expression)
    if (value !== null) printed.push(value)
  }
}

const plainly = (expression: Expression, context: Evaluation, { plain }: Walk): string | undefined => {
  if (plain === undefined || expression.kind !== 'name' || context.local(expression.name) !== undefined)
    return undefined
  const text = plain(expression.name)
  if (text !== undefined) context.tools.spend(1)
  return text
}

/** Whatever is printed must be known to its last part. */
const known = (result: Inner, expression: Expression): Value => {
  try {
    return usedDeeply(result)
  } catch (thrown) {
    return rethrowAt(thrown, expression.offset)
  }
}

const strict = (expression: Expression, context: Evaluation): Value => {
  const result = evaluate(expression, context)
  try {
    return used(result)
  } catch (thrown) {
    return rethrowAt(thrown, expression.offset)
  }
}

type For = Extract<Part, { readonly kind: 'for' }>
type SetNames = Extract<Part, { readonly kind: 'set' }>
type SetField = Extract<Part, { readonly kind: 'set-field' }>
type With = Extract<Part, { readonly kind: 'with' }>

const walkFor = (part: For, walk: Walk, locals: Locals, printed: Inner[]): void => {
  const over = strict(part.over, walk.evaluation(locals))
  const rounds: { readonly item: Value; readonly inner: Locals }[] = []
  for (const item of itemsOf(over)) {
    const inner = locals.inner()
    bind(part.names, item, inner, part.over.offset)
    const context = walk.evaluation(inner)
    context.tools.spend(1)
    if (!part.only || truthOf(strict(part.only, context))) rounds.push({ item, inner })
  }
  const depth = depthOf(locals)
  for (const [index, { inner }] of rounds.entries()) {
    const beside = { before: rounds[index - 1]?.item, after: rounds[index + 1]?.item }
    inner.set('loop', loopOf(index, rounds.length, depth, beside))
    walkInto(part.body, walk, inner, printed)
  }
  if (rounds.length === 0) walkInto(part.otherwise, walk, locals, printed)
}

const bind = (names: readonly string[], item: Value, locals: Locals, offset: number): void => {
  const [only] = names
  if (names.length === 1 && only !== undefined) {
    locals.set(only, item)
    return
  }
  if (!isList(item) || item.length !== names.length)
    throw fault(`each item must be a list of ${names.length}`, 'for a map, walk over its .items()', offset)
  for (const [index, name] of names.entries()) locals.set(name, item[index] ?? null)
}

/** How many loops are around, this one included. */
const depthOf = (locals: Locals): number => {
  const loop = locals.get('loop')
  const depth = loop !== undefined && isMap(loop) ? loop.depth : undefined
  return typeof depth === 'number' ? depth + 1 : 1
}

interface Beside {
  readonly before: Value | undefined
  readonly after: Value | undefined
}

const loopOf = (index: number, length: number, depth: number, { before, after }: Beside): Value =>
  mapOf([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['depth', depth],
    ['depth0', depth - 1],
    ...(before === undefined ? [] : [['previtem', before] as const]),
    ...(after === undefined ? [] : [['nextitem', after] as const]),
  ])
