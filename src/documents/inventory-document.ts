import type { Checked, Diagnostic, DocNode, Position } from '../model/document.ts'

/**
 * What one inventory file says, in the order it says it. Every format is read into this, so that precedence, loops and
 * undeclared groups are decided once, for all of them.
 */
export interface InventoryDocument {
  readonly file: string
  readonly statements: readonly Statement[]
}

export type Statement =
  /** A group has a section; `[g:vars]` alone does not declare it. */
  | { readonly kind: 'group'; readonly name: string; readonly at: Position; readonly declares: boolean }
  /** Hosts of a group with their own variables; `names` is a range written out, `port` what stands behind it. */
  | {
      readonly kind: 'hosts'
      readonly group: string
      readonly names: readonly string[]
      readonly at: Position
      readonly port?: number
      readonly vars: readonly Variable[]
    }
  | { readonly kind: 'var'; readonly group: string; readonly variable: Variable }
  /** The child may be declared later, or nowhere. */
  | { readonly kind: 'child'; readonly group: string; readonly child: string; readonly at: Position }

export interface Variable {
  readonly name: string
  readonly node: DocNode
}

/** What a piece of a file turns out to be. */
export type Finding = Statement | Diagnostic

/** The user's mistake as the only finding of a piece. */
export const mistake = (at: Position, summary: string, hint?: string): readonly Finding[] => [
  { severity: 'error', summary, at, ...(hint === undefined ? {} : { hint }) },
]

/** Sorts findings into what the file says and what is wrong with it; both keep their order. */
export const toDocument = (file: string, findings: Iterable<Finding>): Checked<InventoryDocument> => {
  const statements: Statement[] = []
  const problems: Diagnostic[] = []
  for (const finding of findings) {
    if ('severity' in finding) problems.push(finding)
    else statements.push(finding)
  }
  return { value: { file, statements }, problems }
}
