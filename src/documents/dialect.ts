/** What an unquoted scalar means. */

export type Dialect = 'playbook' | 'data' | 'json'

type Plain = string | number | boolean | null

export interface Meaning {
  readonly value: Plain
  /** A mistake, or a value that surprises. */
  readonly problem?: { readonly severity: 'error' | 'warning'; readonly summary: string; readonly hint: string }
}

const nulls = /^(?:~|null|Null|NULL|)$/
const trues = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON)$/
const falses = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF)$/

/** Integers beyond 2^53 keep their digits as text: a number would change them without a word. */
const integer = (source: string, digits: string, base: number): Plain => {
  const size = Number.parseInt(digits, base)
  if (!Number.isSafeInteger(size)) return source
  return source.startsWith('-') && size !== 0 ? -size : size
}

const special = (source: string): number | undefined => {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(source)) return source.startsWith('-') ? -Infinity : Infinity
  return /^\.(?:nan|NaN|NAN)$/.test(source) ? Number.NaN : undefined
}

const quoteIt = (source: string): string => `write "${source}" in quotes if it is text`

/** YAML 1.2 core, with yes, no, on and off as booleans. A leading zero is an error: 1.1 would read it as octal. */
const inPlaybook = (source: string): Meaning => {
  if (/^[-+]?0o[0-7]+$/.test(source)) return { value: integer(source, source.replace(/^[-+]?0o/, ''), 8) }
  if (/^[-+]?0x[0-9a-fA-F]+$/.test(source)) return { value: integer(source, source.replace(/^[-+]?0x/, ''), 16) }
  if (/^[-+]?0[0-9]+(?:\.[0-9]*)?$/.test(source)) {
    const summary = `a number with a leading zero (${source}) means different things to different readers`
    const hint = `write "${source}" in quotes, ${octalHint(source)}`
    return { value: source, problem: { severity: 'error', summary, hint } }
  }
  if (/^[-+]?[0-9]+$/.test(source)) return { value: integer(source, source.replace(/^[-+]/, ''), 10) }
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(source)) return { value: Number(source) }
  return { value: special(source) ?? source }
}

const octalHint = (source: string): string =>
  /^0[0-7]+$/.test(source) ? `or ${Number.parseInt(source, 8)} for the octal number` : 'or drop the zero'

const bare = (source: string): string => source.replaceAll('_', '').replace(/^[-+]/, '')

const sexagesimal = (source: string): Plain => {
  const size = bare(source)
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
  return source.startsWith('-') ? -size : size
}

const surprising = (source: string, value: Plain, why: string): Meaning => ({
  value,
  problem: { severity: 'warning', summary: `${source} means ${String(value)} here: ${why}`, hint: quoteIt(source) },
})

/** YAML 1.1 as PyYAML resolves it, which is what Ansible sees: 0644 is 420, 22:22 is 1342, 1e3 and y are text. */
const inData = (source: string): Meaning => {
  const digits = bare(source)
  if (/^[-+]?0b[0-1_]+$/.test(source)) return { value: integer(source, digits.slice(2), 2) }
  if (/^[-+]?0[0-7_]+$/.test(source)) {
    const value = integer(source, digits, 8)
    return String(value) === source ? { value } : surprising(source, value, 'a leading zero makes it octal')
  }
  if (/^[-+]?(?:0|[1-9][0-9_]*)$/.test(source)) return { value: integer(source, digits, 10) }
  if (/^[-+]?0x[0-9a-fA-F_]+$/.test(source)) return { value: integer(source, digits.slice(2), 16) }
  if (
    /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/.test(source) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/.test(source)
  )
    return surprising(source, sexagesimal(source), 'digits with colons are a number to the base of 60')
  if (/^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/.test(source))
    return { value: Number(source.replaceAll('_', '')) }
  return { value: special(source) ?? source }
}

/** A JSON document, in which Ansible reads 1e3 as a number. */
const inJson = (source: string): Plain => {
  if (/^-?\d+$/.test(source)) return integer(source, source.replace('-', ''), 10)
  return JSON.parse(source)
}

/** Whether the text is one JSON document. */
export const isJson = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The value of an unquoted scalar in a dialect. */
export const meaningOf = (source: string, dialect: Dialect): Meaning => {
  if (dialect === 'json') return { value: inJson(source) }
  if (nulls.test(source)) return { value: null }
  const first = source.charCodeAt(0)
  // Most scalars are words: only digits, signs and dots can begin a number.
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46)
    return dialect === 'playbook' ? inPlaybook(source) : inData(source)
  if (trues.test(source)) return { value: true }
  return falses.test(source) ? { value: false } : { value: source }
}
