/** The names that evaluating a template looks up for certain, whatever the values are: a missing one is a mistake now. */
import type { DocNode, Position, ScalarNode } from '../model/document.ts'
import { filters } from '../template/filters.ts'
import { parsedExpression, parsedText } from '../template/parsed.ts'
import { placeIn } from '../template/place.ts'
import type { Arguments, Expression } from '../template/syntax.ts'
import { tests } from '../template/tests.ts'

type Named = Extract<Expression, { kind: 'name' }>

const inArguments = ({ positional, named }: Arguments): Named[] =>
  [...positional, ...named.map(([, value]) => value)].flatMap(certain)

/** `default` and `is defined` put up with what is missing. */
const unlessTolerated = (of: Expression, tolerant: boolean | undefined): Named[] =>
  tolerant === true ? [] : certain(of)

/** Of what may be passed over (the right of `and`, a branch of `if`), nothing is certain. */
const certain = (expression: Expression): Named[] => {
  switch (expression.kind) {
    case 'literal':
      return []
    case 'name':
      return [expression]
    case 'list':
      return expression.items.flatMap(certain)
    case 'map':
      return expression.entries.flatMap(([key, value]) => [...certain(key), ...certain(value)])
    case 'attribute':
    case 'slice':
    case 'unary':
    case 'not':
      return certain(expression.of)
    case 'index':
      return [...certain(expression.of), ...certain(expression.index)]
    case 'method':
      return [...certain(expression.of), ...inArguments(expression.args)]
    case 'call':
      return inArguments(expression.args)
    case 'filter':
      return [...unlessTolerated(expression.of, filters[expression.name]?.tolerant), ...inArguments(expression.args)]
    case 'test':
      return [...unlessTolerated(expression.of, tests[expression.name]?.tolerant), ...inArguments(expression.args)]
    case 'binary':
      return [...certain(expression.left), ...certain(expression.right)]
    case 'compare':
      return [...certain(expression.first), ...expression.rest.slice(0, 1).flatMap(({ right }) => certain(right))]
    case 'and':
    case 'or':
      return certain(expression.left)
    case 'choice':
      return certain(expression.condition)
  }
}

export const expressionsOf = (node: ScalarNode, as: 'text' | 'expression'): readonly Expression[] => {
  if (as === 'expression') {
    const whole = parsedExpression(node)
    return whole.kind === 'parsed' ? [whole.parsed] : []
  }
  const text = parsedText(node)
  const parts = text.kind === 'parsed' ? text.parsed : []
  // A statement may bind names of its own.
  if (parts.some(({ kind }) => kind !== 'text' && kind !== 'output')) return []
  return parts.flatMap((part) => (part.kind === 'output' ? [part.expression] : []))
}

/** Each name with its place, as an expression of its own. */
export const certainNames = (node: DocNode, as: 'text' | 'expression'): readonly ScalarNode[] => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return []
  return expressionsOf(node, as)
    .flatMap(certain)
    .map(({ name, offset }) => alone(name, placeIn(node, offset)))
}

const alone = (name: string, at: Position): ScalarNode => ({
  kind: 'scalar',
  at,
  value: name,
  source: name,
  quoted: false,
})
