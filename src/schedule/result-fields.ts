/** Keys of registered results that a template asks for: what no result has is a mistake before there is one. */
import type { Diagnostic, DocNode, Scope } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { filters } from '../template/filters.ts'
import { placeIn } from '../template/place.ts'
import type { Arguments, Expression } from '../template/syntax.ts'
import { tests } from '../template/tests.ts'
import { expressionsOf } from './certain-names.ts'
import { fieldsOf } from './registers.ts'

/** `of.name` or `of['name']`; `tolerated` by `default` or `is defined`. */
interface Field {
  readonly of: string
  readonly name: string
  readonly offset: number
  readonly tolerated: boolean
}

const inArguments = ({ positional, named }: Arguments): readonly Expression[] => [
  ...positional,
  ...named.map(([, value]) => value),
]

const partsOf = (of: Expression): readonly (Expression | undefined)[] => {
  switch (of.kind) {
    case 'literal':
    case 'name':
      return []
    case 'list':
      return of.items
    case 'map':
      return of.entries.flat()
    case 'attribute':
    case 'unary':
    case 'not':
      return [of.of]
    case 'index':
      return [of.of, of.index]
    case 'slice':
      return [of.of, ...of.bounds]
    case 'call':
      return inArguments(of.args)
    case 'method':
    case 'filter':
    case 'test':
      return [of.of, ...inArguments(of.args)]
    case 'binary':
    case 'and':
    case 'or':
      return [of.left, of.right]
    case 'compare':
      return [of.first, ...of.rest.map(({ right }) => right)]
    case 'choice':
      return [of.condition, of.yes, of.no]
  }
}

const isTolerant = (of: Expression): boolean =>
  (of.kind === 'filter' && filters[of.name]?.tolerant === true) ||
  (of.kind === 'test' && tests[of.name]?.tolerant === true)

const fieldAt = (of: Expression, tolerated: boolean): readonly Field[] => {
  if ((of.kind !== 'attribute' && of.kind !== 'index') || of.of.kind !== 'name') return []
  const name = of.kind === 'attribute' ? of.name : of.index.kind === 'literal' ? of.index.value : undefined
  return typeof name === 'string' ? [{ of: of.of.name, name, offset: of.offset, tolerated }] : []
}

const fieldsIn = (of: Expression, tolerated = false): readonly Field[] => [
  ...fieldAt(of, tolerated),
  ...partsOf(of).flatMap((part) => (part === undefined ? [] : fieldsIn(part, tolerated || isTolerant(of)))),
]

/** Those of commands; the others are of single task types. */
const mostTold = 9

const hintFor = ({ of, name }: Field, fields: readonly string[]): string => {
  if (fields.includes('results') && fieldsOf({}).includes(name))
    return `its task has a loop: \`${of}.results\` is the list of what each item gave`
  const near = nearest(name, fields)
  return near === undefined ? `it has ${fields.slice(0, mostTold).join(', ')}` : `did you mean ${near}?`
}

/** One that is asked for with care anywhere in an expression may be guarded everywhere in it. */
export const fieldProblems = (node: DocNode, as: 'text' | 'expression', scope: Scope): readonly Diagnostic[] => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return []
  const fields = expressionsOf(node, as).flatMap((each) => fieldsIn(each))
  const careful = new Set(fields.flatMap(({ of, name, tolerated }) => (tolerated ? [`${of}.${name}`] : [])))
  return fields.flatMap((field): Diagnostic[] => {
    const { of, name, offset } = field
    const binding = scope.get(of)
    if (binding?.kind !== 'pending' || binding.fields === undefined || binding.fields.includes(name)) return []
    if (careful.has(`${of}.${name}`)) return []
    const summary = `${binding.why} has no "${name}"`
    return [{ severity: 'error', summary, at: placeIn(node, offset), hint: hintFor(field, binding.fields) }]
  })
}
