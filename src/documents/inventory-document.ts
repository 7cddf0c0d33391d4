import type { DocNode, Position } from '../model/document.ts'

/**
 * What one inventory file says, in the order it says it. Every format is read into this, so that precedence, loops and
 * undeclared groups are decided once, for all of them.
 */
export interface InventoryDocument {
  readonly file: string
  readonly statements: readonly Statement[]
}

export type Statement =
  /** A group is mentioned. `[g:vars]` and a name below `[p:children]` mention it without declaring it. */
  | { readonly kind: 'group'; readonly name: string; readonly at: Position; readonly declares: boolean }
  /** Hosts of a group with their own variables; `names` is a range written out. */
  | {
      readonly kind: 'hosts'
      readonly group: string
      readonly names: readonly string[]
      readonly at: Position
      readonly vars: readonly Variable[]
    }
  | { readonly kind: 'var'; readonly group: string; readonly variable: Variable }
  | { readonly kind: 'child'; readonly group: string; readonly child: string; readonly at: Position }

export interface Variable {
  readonly name: string
  readonly node: DocNode
}
