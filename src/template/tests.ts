import type { Value } from '../model/document.ts'
import { compares, contains } from './arithmetic.ts'
import { fault } from './fault.ts'
import { flagFrom, type Given, numberFrom, textFrom } from './filter.ts'
import { booleanOf } from './filters/values.ts'
import { textOf } from './python-text.ts'
import { type RegexFlags, regexOf, subject } from './regex.ts'
import { equals, type Inner, isList, isMap, isMissing, isTrue, itemsOf, kindOf, used } from './values.ts'
import { compareVersions } from './version.ts'

/** A test from a fixed table. `params` name its arguments. */
export interface TestOperation {
  readonly params: readonly string[]
  readonly tolerant?: true
  run(value: Inner, given: Given): boolean
}

const is = (run: (value: Value) => boolean): TestOperation => ({ params: [], run: (value) => run(used(value)) })

const than = (operator: string): TestOperation => ({
  params: ['other'],
  run: (value, [other]) => compares(operator, value, other ?? null),
})

/** A flag of a registered result. */
const flag = (name: string, wanted = true): TestOperation =>
  is((value) => {
    if (!isMap(value))
      throw fault(`"is ${wanted ? name : `not ${name}`}" needs the result of a task, found ${kindOf(value)}`)
    return (Object.hasOwn(value, name) && isTrue(used(value[name] ?? null))) === wanted
  })

type Matching = (pattern: string, flags: RegexFlags) => RegExp

const pattern = (matching: Matching): TestOperation => ({
  params: ['pattern', 'ignorecase', 'multiline'],
  run: (value, [text, ignoreCase, multiline]) =>
    matching(textFrom(text), { ignoreCase, multiline }).test(subject(textOf(value))),
})

const regex: TestOperation = {
  params: ['pattern', 'ignorecase', 'multiline', 'match_type'],
  run: (value, [text, ignoreCase, multiline, type]) => {
    const kind = type === undefined ? 'search' : textFrom(type)
    const test = kind === 'match' ? match : kind === 'fullmatch' ? fullMatch : search
    return test.run(value, [text, ignoreCase, multiline])
  },
}

const search = pattern(regexOf)
const match = pattern((text, flags) => regexOf(text, { ...flags, extra: 'y' }))
const fullMatch = pattern((text, flags) => {
  // Said first, so that a mistake is told about the pattern as it was written.
  regexOf(text, flags)
  const inline = /^\(\?[a-zA-Z]+\)/.exec(text)?.[0] ?? ''
  return regexOf(`${inline}(?:${text.slice(inline.length)})(?![\\s\\S])`, { ...flags, extra: 'y' })
})

const isNumber = (value: Value): boolean => typeof value === 'number' || typeof value === 'boolean'

const subset = (inner: Inner, outer: Inner): boolean => itemsOf(inner).every((item) => contains(itemsOf(outer), item))

/** With `convert_bool`, `yes`, `on`, `1` and `true` are true as well, and their opposites false. */
const truth = (wanted: boolean): TestOperation => ({
  params: ['convert_bool'],
  run: (value, [convert]) => {
    const known = used(value)
    return isTrue(flagFrom(convert) ? (booleanOf(known) ?? known) : known) === wanted
  },
})

/** The parts that Python's urlparse sees; any text has them. With `schemes` only those are taken. */
const uriTest = (holds: (parts: { readonly scheme: string; readonly host: string }) => boolean): TestOperation => ({
  params: ['schemes'],
  run: (value, [schemes]) => {
    const [, scheme = '', host = ''] =
      /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?/.exec(textFrom(used(value))) ?? []
    const parts = { scheme: scheme.toLowerCase(), host }
    return holds(parts) && (schemes === undefined || schemes === null || contains(schemes, parts.scheme))
  },
})

const versionKind = (strict: Value | undefined, type: Value | undefined): string => {
  if (type !== undefined && type !== null) return textFrom(type)
  return flagFrom(strict) ? 'strict' : 'loose'
}

const equal = than('==')
const unequal = than('!=')
const version: TestOperation = {
  params: ['version', 'operator', 'strict', 'version_type'],
  run: (value, [other, operator, strict, type]) =>
    compareVersions(
      {
        left: textFrom(used(value)),
        operator: operator === undefined ? '==' : textFrom(operator),
        right: textFrom(other),
      },
      versionKind(strict, type),
    ),
}

const table: { readonly [name: string]: TestOperation } = {
  defined: { params: [], tolerant: true, run: (value) => !isMissing(value) },
  undefined: { params: [], tolerant: true, run: (value) => isMissing(value) },
  none: is((value) => value === null),
  string: is((value) => typeof value === 'string'),
  number: is(isNumber),
  integer: is((value) => typeof value === 'number' && Number.isInteger(value)),
  float: is((value) => typeof value === 'number' && !Number.isInteger(value)),
  boolean: is((value) => typeof value === 'boolean'),
  mapping: is((value) => isMap(value)),
  sequence: is((value) => isList(value) || typeof value === 'string' || isMap(value)),
  iterable: is((value) => isList(value) || typeof value === 'string' || isMap(value)),
  true: is((value) => value === true),
  false: is((value) => value === false),
  truthy: truth(true),
  falsy: truth(false),
  even: is((value) => numberFrom(value) % 2 === 0),
  odd: is((value) => Math.abs(numberFrom(value) % 2) === 1),
  divisibleby: { params: ['num'], run: (value, [by]) => numberFrom(used(value)) % numberFrom(by) === 0 },
  lower: is((value) => textFrom(value) === textFrom(value).toLowerCase() && /\p{L}/u.test(textFrom(value))),
  upper: is((value) => textFrom(value) === textFrom(value).toUpperCase() && /\p{L}/u.test(textFrom(value))),
  match,
  search,
  regex,
  in: than('in'),
  contains: { params: ['item'], run: (value, [item]) => contains(used(value), item ?? null) },
  subset: { params: ['of'], run: (value, [outer]) => subset(value, outer ?? null) },
  issubset: { params: ['of'], run: (value, [outer]) => subset(value, outer ?? null) },
  superset: { params: ['of'], run: (value, [inner]) => subset(inner ?? null, value) },
  issuperset: { params: ['of'], run: (value, [inner]) => subset(inner ?? null, value) },
  all: is((value) => itemsOf(value).every((item) => isTrue(used(item)))),
  any: is((value) => itemsOf(value).some((item) => isTrue(used(item)))),
  abs: is((value) => textFrom(value).startsWith('/')),
  uri: uriTest(() => true),
  url: uriTest(({ scheme, host }) => host !== '' || scheme === 'file'),
  urn: uriTest(({ scheme }) => scheme === 'urn'),
  failed: flag('failed'),
  failure: flag('failed'),
  succeeded: flag('failed', false),
  success: flag('failed', false),
  successful: flag('failed', false),
  changed: flag('changed'),
  change: flag('changed'),
  skipped: flag('skipped'),
  skip: flag('skipped'),
  unreachable: flag('unreachable'),
  reachable: flag('unreachable', false),
  sameas: {
    params: ['other'],
    run: (value, [other]) => typeof used(value) === typeof other && equals(value, other ?? null),
  },
  version,
  version_compare: version,
  eq: equal,
  equalto: equal,
  '==': equal,
  ne: unequal,
  '!=': unequal,
  lt: than('<'),
  lessthan: than('<'),
  '<': than('<'),
  le: than('<='),
  '<=': than('<='),
  gt: than('>'),
  greaterthan: than('>'),
  '>': than('>'),
  ge: than('>='),
  '>=': than('>='),
}

/** Every test by its name. Null prototype: `constructor` is no test. */
export const tests: { readonly [name: string]: TestOperation | undefined } = Object.assign(Object.create(null), table)

export const testNames: ReadonlySet<string> = new Set(Object.keys(table))
