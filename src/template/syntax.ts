import type { Value } from '../model/document.ts'

/** The parsed forms. Every node keeps its offset in the template text. */
export type Expression = { readonly offset: number } & (
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'slice'; readonly of: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly kind: 'method'; readonly of: Expression; readonly name: string; readonly args: Arguments }
  | { readonly kind: 'call'; readonly name: string; readonly args: Arguments }
  | { readonly kind: 'filter'; readonly of: Expression; readonly name: string; readonly args: Arguments }
  | {
      readonly kind: 'test'
      readonly of: Expression
      readonly name: string
      readonly args: Arguments
      readonly negated: boolean
    }
  | { readonly kind: 'unary'; readonly operator: '-' | '+'; readonly of: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'choice'
      readonly condition: Expression
      readonly yes: Expression
      readonly no: Expression | undefined
    }
)

export interface Comparison {
  readonly operator: string
  readonly right: Expression
  readonly offset: number
}

export interface Arguments {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
}

/** The parts of a template text. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly expression: Expression }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Part[] }
  | {
      readonly kind: 'for'
      readonly names: readonly string[]
      readonly over: Expression
      readonly only: Expression | undefined
      readonly body: readonly Part[]
      readonly otherwise: readonly Part[]
    }
  | { readonly kind: 'set'; readonly names: readonly string[]; readonly value: Expression }
  | { readonly kind: 'set-field'; readonly name: string; readonly field: string; readonly value: Expression }
  | ({ readonly kind: 'set-text'; readonly name: string } & OverBlock)
  | ({ readonly kind: 'filtered' } & OverBlock)
  | {
      readonly kind: 'with'
      readonly bindings: readonly (readonly [string, Expression])[]
      readonly body: readonly Part[]
    }

/** A value made of the text of a block, which it finds under the local name `blockText`. */
export interface OverBlock {
  readonly body: readonly Part[]
  readonly blockText: string
  readonly value: Expression
}

export interface Branch {
  readonly condition: Expression
  readonly body: readonly Part[]
}
