import type { InventoryDocument, Variable } from '../../src/documents/inventory-document.ts'
import { toValue } from '../../src/documents/to-value.ts'
import type { Diagnostic } from '../../src/model/document.ts'

const assigned = ({ name, node }: Variable): string => `${name}=${JSON.stringify(toValue(node))}`

/** A document as short lines, so that a test can be read. */
export const brief = (document: InventoryDocument): readonly string[] =>
  document.statements.map((statement) => {
    if (statement.kind === 'group') return `${statement.declares ? 'group' : 'vars-only'} ${statement.name}`
    if (statement.kind === 'child') return `${statement.group} > ${statement.child}`
    if (statement.kind === 'var') return `${statement.group} ${assigned(statement.variable)}`
    const port = statement.port === undefined ? [] : [`ansible_port=${statement.port}`]
    return [`${statement.group}:`, statement.names.join(','), ...port, ...statement.vars.map(assigned)].join(' ')
  })

/** `line:column` of a problem. */
export const places = (problem: Diagnostic | undefined): string => `${problem?.at?.line}:${problem?.at?.column}`
