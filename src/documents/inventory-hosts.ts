import { mostHosts } from './inventory-document.ts'

/** The hosts that a pattern of an inventory names, with the port written behind it; or why it names none. */
type HostPattern =
  | { readonly ok: true; readonly names: readonly string[]; readonly port?: number }
  | { readonly ok: false; readonly summary: string; readonly hint?: string }

/** The port of a statement about hosts. */
export const portOf = ({ port }: { readonly port?: number }): { readonly port?: number } =>
  port === undefined ? {} : { port }

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * Reads a host as Ansible's inventories write it: `name`, `name:port`, `[2001:db8::1]:port`, with ranges `[01:20]`,
 * `[1:9:2]`, `[a:f]` anywhere in the name. A leading zero fixes the width; both ends belong to the range.
 */
export const readHostPattern = (text: string): HostPattern => {
  const { name, port } = splitPort(text)
  if (name === '') return { ok: false, summary: 'a host needs a name' }
  if (name === '---') {
    return { ok: false, summary: '--- begins a YAML file, but this one is read as INI', hint: 'name the file *.yml' }
  }
  if (port === undefined && name.endsWith(':') && !name.endsWith('::')) {
    return { ok: false, summary: `'${name}' ends in ':', which is kept for a port`, hint: 'write host:2222 or host' }
  }
  if (port !== undefined && (port < 1 || port > 65_535)) {
    return { ok: false, summary: `${port} is no port`, hint: 'a port is 1 to 65535' }
  }
  const names = expandRanges(name)
  if (!names.ok) return names
  return port === undefined ? names : { ...names, port }
}

/** An IPv6 address has more than one colon outside brackets and so no port, unless it stands in brackets itself. */
const splitPort = (text: string): { readonly name: string; readonly port?: number } => {
  const bracketed = /^\[([^[\]]+)\]:(\d+)$/.exec(text)
  const match = bracketed ?? /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(text)
  return match ? { name: match[1] ?? '', port: Number(match[2]) } : { name: text }
}

const expandRanges = (name: string): HostPattern => {
  let names = ['']
  let rest = name
  for (;;) {
    const open = rest.indexOf('[')
    const close = rest.indexOf(']', open)
    if (open < 0) return { ok: true, names: names.map((head) => head + rest) }
    if (close < 0) return { ok: false, summary: `the [ in '${name}' is never closed`, hint: 'close it with ]' }
    const range = expandRange(rest.slice(open + 1, close))
    if (!range.ok) return { ...range, summary: `'${name}': ${range.summary}` }
    if (names.length * range.names.length > mostHosts) {
      return { ok: false, summary: `'${name}' names more than ${mostHosts} hosts` }
    }
    const head = rest.slice(0, open)
    names = names.flatMap((name) => range.names.map((member) => name + head + member))
    rest = rest.slice(close + 1)
  }
}

const expandRange = (range: string): HostPattern => {
  const bounds = range.split(':')
  const [first = '', end = '', stepText = '1'] = bounds
  if (bounds.length < 2 || bounds.length > 3) {
    return { ok: false, summary: `[${range}] is no range`, hint: 'a range is [first:last] or [first:last:step]' }
  }
  if (end === '') return { ok: false, summary: `[${range}] has no end`, hint: 'a range is [first:last], both included' }
  const step = /^\d+$/.test(stepText) ? Number(stepText) : 0
  if (step < 1) return { ok: false, summary: `the step of [${range}] is not a number from 1 up` }
  const begin = first === '' ? '0' : first
  if (letterAt(begin) >= 0 && letterAt(end) >= 0) return expandLetters(range, letterAt(begin), letterAt(end), step)
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) {
    return { ok: false, summary: `[${range}] is no range`, hint: 'both ends are numbers, or both are single letters' }
  }
  return expandNumbers(range, begin, end, step)
}

const letterAt = (text: string): number => (text.length === 1 ? letters.indexOf(text) : -1)

const expandLetters = (range: string, from: number, to: number, step: number): HostPattern => {
  if (from > to) return countsDown(range)
  const names: string[] = []
  for (let index = from; index <= to; index += step) names.push(letters[index] ?? '')
  return { ok: true, names }
}

const expandNumbers = (range: string, begin: string, end: string, step: number): HostPattern => {
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0
  if (width > 0 && width !== end.length) {
    return {
      ok: false,
      summary: `the ends of [${range}] have different lengths`,
      hint: 'with a leading zero both ends have the same number of digits, as in [01:20]',
    }
  }
  const [from, to] = [Number(begin), Number(end)]
  if (from > to) return countsDown(range)
  if ((to - from) / step > mostHosts) return { ok: false, summary: `[${range}] names more than ${mostHosts} hosts` }
  const names: string[] = []
  for (let number = from; number <= to; number += step) names.push(String(number).padStart(width, '0'))
  return { ok: true, names }
}

const countsDown = (range: string): HostPattern => ({
  ok: false,
  summary: `[${range}] counts down`,
  hint: 'write the smaller end first',
})
