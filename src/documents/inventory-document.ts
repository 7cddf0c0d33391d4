import type { Checked, Diagnostic, DocNode, Position } from '../model/document.ts'
import { firstProblems } from './first-problems.ts'

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

/** More than any fleet; below what a slip like [1:100000000] would cost. */
export const mostHosts = 100_000

/** Sorts findings into what the file says and what is wrong with it; both keep their order, and only so many hosts are read. */
export const toDocument = (file: string, findings: Iterable<Finding>): Checked<InventoryDocument> => {
  const statements: Statement[] = []
  const problems: Diagnostic[] = []
  let hosts = 0
  for (const finding of findings) {
    if ('severity' in finding) problems.push(finding)
    else statements.push(finding)
    hosts += 'names' in finding ? finding.names.length : 0
    if (hosts <= mostHosts) continue
    const hint = 'look at its ranges, or divide it'
    const at = 'at' in finding ? { at: finding.at } : {}
    problems.push({ severity: 'error', summary: `this file names more than ${mostHosts} hosts`, ...at, hint })
    break
  }
  return { value: { file, statements }, problems: firstProblems(problems, file) }
}
