import type { Diagnostic, DocNode, ScalarNode, Value } from '../model/document.ts'
import { diagnosticOf, isFault } from './fault.ts'
import { parseWhole } from './parse-expression.ts'
import { parseText } from './parse-text.ts'
import { placeIn } from './place.ts'
import { isTemplate, type Reading } from './split-text.ts'
import type { Expression, Part } from './syntax.ts'
import { mapOf } from './values.ts'

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly parsed: T }
  | { readonly kind: 'fault'; readonly problem: Diagnostic }

// Nodes never change, and every host renders the same ones: each is parsed once.
const texts = new WeakMap<ScalarNode, Parsed<readonly Part[]>>()
const expressions = new WeakMap<ScalarNode, Parsed<Expression>>()
const statics = new WeakMap<DocNode, { readonly value: Value | undefined }>()

const parsed = <T>(cache: WeakMap<ScalarNode, Parsed<T>>, node: ScalarNode, parse: (text: string) => T): Parsed<T> => {
  const known = cache.get(node)
  if (known) return known
  const result = attempt(node, parse)
  cache.set(node, result)
  return result
}

const attempt = <T>(node: ScalarNode, parse: (text: string) => T): Parsed<T> => {
  try {
    return { kind: 'parsed', parsed: parse(String(node.value)) }
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return { kind: 'fault', problem: diagnosticOf({ ...thrown, at: placeIn(node, thrown.offset ?? 0) }) }
  }
}

/** The parts of a node's text, or what is wrong with it. */
export const parsedText = (node: ScalarNode, how?: Reading): Parsed<readonly Part[]> =>
  parsed(texts, node, (text) => parseText(text, how))

/** A node's text as one expression, or what is wrong with it. */
export const parsedExpression = (node: ScalarNode): Parsed<Expression> => parsed(expressions, node, parseWhole)

/** The value of a node that holds no template at all; undefined if it does. Shared: values do not change. */
export const staticValue = (node: DocNode): Value | undefined => {
  if (node.kind === 'scalar' && node.sealed) return undefined
  if (node.kind === 'scalar') return typeof node.value === 'string' && isTemplate(node.value) ? undefined : node.value
  const known = statics.get(node)
  if (known) return known.value
  const value = node.kind === 'list' ? staticItems(node.items) : staticMap(node)
  statics.set(node, { value })
  return value
}

const staticItems = (items: readonly DocNode[]): readonly Value[] | undefined => {
  const values: Value[] = []
  for (const item of items) {
    const value = staticValue(item)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

const staticMap = ({ entries }: Extract<DocNode, { readonly kind: 'map' }>): Value | undefined => {
  const keys = staticItems(entries.map(({ key }) => key))
  const values = keys && staticItems(entries.map(({ value }) => value))
  return values && mapOf(entries.map(({ key }, index) => [String(key.value), values[index] ?? null]))
}
