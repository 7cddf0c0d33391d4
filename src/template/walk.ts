import type { Value } from '../model/document.ts'
import { truthOf } from './arithmetic.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { fault, rethrowAt } from './fault.ts'
import { textOf } from './python-text.ts'
import type { Expression, Part } from './syntax.ts'
import { type Inner, isList, itemsOf, mapOf, used, usedDeeply } from './values.ts'

const maxText = 4 * 1024 * 1024

/** The names that `for` and `set` bind, innermost first. */
export interface Locals {
  get(name: string): Inner | undefined
  set(name: string, value: Inner): void
  inner(): Locals
}

export const noLocals = (outer?: Locals): Locals => {
  const own = new Map<string, Inner>()
  const locals: Locals = {
    get: (name) => (own.has(name) ? own.get(name) : outer?.get(name)),
    set: (name, value) => {
      own.set(name, value)
    },
    inner: () => noLocals(locals),
  }
  return locals
}

export interface Walk {
  evaluation(locals: Locals): Evaluation
}

/** What the parts of a template print, as ansible-core 2.19 does: nothing is null, one part alone keeps its type, several become text. */
export const walkParts = (parts: readonly Part[], walk: Walk): Inner => {
  const printed: Inner[] = []
  walkInto(parts, walk, noLocals(), printed)
  const [first = null] = printed
  return printed.length <= 1 ? first : joined(printed)
}

/** As walkParts, and always text: what a template file becomes. */
export const walkToText = (parts: readonly Part[], walk: Walk): string => {
  const printed: Inner[] = []
  walkInto(parts, walk, noLocals(), printed)
  return joined(printed)
}

const joined = (printed: readonly Inner[]): string => {
  let text = ''
  for (const piece of printed) {
    text += textOf(piece)
    if (text.length > maxText) throw fault('the text grows beyond 4 MiB')
  }
  return text
}

const walkInto = (parts: readonly Part[], walk: Walk, locals: Locals, printed: Inner[]): void => {
  const context = walk.evaluation(locals)
  for (const part of parts) {
    context.tools.spend(1)
    if (part.kind === 'text') printed.push(part.text)
    else if (part.kind === 'output') printed.push(output(part.expression, context))
    else if (part.kind === 'set') locals.set(part.name, strict(part.value, context))
    else if (part.kind === 'if') {
      const branch = part.branches.find(({ condition }) => truthOf(strict(condition, context)))
      walkInto(branch?.body ?? part.otherwise, walk, locals, printed)
    } else walkFor(part, walk, locals, printed)
  }
}

/** Whatever is printed must be known to its last part. */
const output = (expression: Expression, context: Evaluation): Value => {
  const result = evaluate(expression, context)
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

const walkFor = (part: For, walk: Walk, locals: Locals, printed: Inner[]): void => {
  const over = strict(part.over, walk.evaluation(locals))
  const rounds: Locals[] = []
  for (const item of itemsOf(over)) {
    const inner = locals.inner()
    bind(part, item, inner)
    const context = walk.evaluation(inner)
    context.tools.spend(1)
    if (!part.only || truthOf(strict(part.only, context))) rounds.push(inner)
  }
  for (const [index, inner] of rounds.entries()) {
    inner.set('loop', loopOf(index, rounds.length))
    walkInto(part.body, walk, inner, printed)
  }
  if (rounds.length === 0) walkInto(part.otherwise, walk, locals, printed)
}

const bind = ({ names, over }: For, item: Value, locals: Locals): void => {
  const [only] = names
  if (names.length === 1 && only !== undefined) {
    locals.set(only, item)
    return
  }
  if (!isList(item) || item.length !== names.length)
    throw fault(`each item must be a list of ${names.length}`, 'for a map, walk over its .items()', over.offset)
  for (const [index, name] of names.entries()) locals.set(name, item[index] ?? null)
}

const loopOf = (index: number, length: number): Value =>
  mapOf([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
  ])
