/** `serial`, `max_fail` and `max_unreachable`: counts and percentages of a play's hosts. */
import type { Checked, Diagnostic, DocNode, Position, Scope, Value } from '../model/document.ts'
import type { Share } from '../model/schedule.ts'
import { renderNode } from '../template/render.ts'

interface Form {
  readonly what: string
  /** The smallest count and percentage that means something. */
  readonly least: 0 | 1
  readonly otherwise: string
}

const show = (value: Value): string =>
  value === null ? 'nothing' : typeof value === 'string' ? `"${value}"` : JSON.stringify(value)

const numberOf = (value: Value): Share | undefined => {
  if (typeof value === 'number') return { count: value }
  const [, digits, percent] = (typeof value === 'string' && /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(value)) || []
  if (digits === undefined) return undefined
  return percent === '%' ? { percent: Number(digits) } : { count: Number(digits) }
}

const readShare = (value: Value, at: Position, { what, least, otherwise }: Form): Share | Diagnostic => {
  const wrong = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, at, hint })
  const share = numberOf(value)
  if (share === undefined)
    return wrong(`\`${what}\` must be a number or a percentage, not ${show(value)}`, 'write 2 or "25%"')
  if ('percent' in share) {
    if (share.percent > 100)
      return wrong(`\`${what}\` cannot be more than 100%`, 'a percentage is of the hosts of the play')
    return share.percent < least ? wrong(`\`${what}\` of 0% would never begin`, otherwise) : share
  }
  if (!Number.isInteger(share.count))
    return wrong(`\`${what}\` must be a whole number, not ${show(value)}`, 'write 2 or "25%"')
  return share.count < least ? wrong(`\`${what}\` must be at least ${least}, not ${share.count}`, otherwise) : share
}

const rendered = (node: DocNode, scope: Scope, what: string): Value | Diagnostic => {
  const result = renderNode(node, scope)
  if (result.kind === 'value') return result.value
  if (result.kind === 'problem') return result.problem
  return {
    severity: 'error',
    summary: `\`${what}\` depends on ${result.on}, which only a host can tell`,
    at: node.at,
    hint: 'write the number itself',
  }
}

const isDiagnostic = (value: unknown): value is Diagnostic =>
  typeof value === 'object' && value !== null && 'severity' in value && 'summary' in value

const serialForm: Form = { what: 'serial', least: 1, otherwise: 'leave `serial` out to change all hosts at once' }

/** `serial`: a share or a list of them. Nothing, when not even one batch could be read. */
export const readSerial = (node: DocNode, scope: Scope): Checked<readonly Share[] | undefined> => {
  const value = rendered(node, scope, 'serial')
  if (isDiagnostic(value)) return { value: undefined, problems: [value] }
  const list = Array.isArray(value) ? (value as readonly Value[]) : [value as Value]
  if (list.length === 0)
    return {
      value: undefined,
      problems: [{ severity: 'error', summary: '`serial` is an empty list', at: node.at, hint: serialForm.otherwise }],
    }
  const place = (index: number): Position => (node.kind === 'list' ? (node.items[index]?.at ?? node.at) : node.at)
  const shares = list.map((item, index) => readShare(item, place(index), serialForm))
  const problems = shares.filter(isDiagnostic)
  return {
    value: problems.length > 0 ? undefined : shares.filter((share): share is Share => !isDiagnostic(share)),
    problems,
  }
}

/** `max_fail` and `max_unreachable`: how many hosts may be lost. */
export const readLimit = (
  what: 'max_fail' | 'max_unreachable',
  node: DocNode,
  scope: Scope,
): Checked<Share | undefined> => {
  const value = rendered(node, scope, what)
  const share = isDiagnostic(value)
    ? value
    : readShare(value as Value, node.at, { what, least: 0, otherwise: '0 allows none' })
  return isDiagnostic(share) ? { value: undefined, problems: [share] } : { value: share, problems: [] }
}

interface FailureLimits {
  readonly maxFail?: DocNode
  readonly maxFailPercentage?: DocNode
}

/** `max_fail`, or Ansible's `max_fail_percentage`, which is the same as a percentage. */
export const readMaxFail = (
  { maxFail, maxFailPercentage }: FailureLimits,
  scope: Scope,
): Checked<Share | undefined> => {
  if (maxFailPercentage === undefined)
    return maxFail === undefined ? { value: undefined, problems: [] } : readLimit('max_fail', maxFail, scope)
  const { at } = maxFailPercentage
  const wrong = (summary: string, hint: string): Checked<undefined> => ({
    value: undefined,
    problems: [{ severity: 'error', summary, at, hint }],
  })
  if (maxFail !== undefined) return wrong('`max_fail` and `max_fail_percentage` are both given', 'keep one')
  const value = rendered(maxFailPercentage, scope, 'max_fail_percentage')
  if (isDiagnostic(value)) return { value: undefined, problems: [value] }
  const percent = typeof value === 'string' ? Number(value.replace(/%$/, '') || Number.NaN) : value
  if (typeof percent === 'number' && percent >= 0 && percent <= 100) return { value: { percent }, problems: [] }
  return wrong(`\`max_fail_percentage\` must be a number from 0 to 100, not ${show(value)}`, 'write 25')
}
