import { matchesPattern, matchesPatterns } from './ssh-patterns.ts'

/** Whether a block of an ssh config is meant for a host. */
export type Condition =
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[] }

export interface Criterion {
  /** In lower case. */
  readonly name: string
  readonly negated: boolean
  readonly argument: string
}

/** What is known of the host where a block begins. */
export interface Asked {
  /** As `ssh` would be given it. */
  readonly name: string
  /** What Host lines look at: the name, in a second pass what HostName made of it. */
  readonly host: string
  readonly hostname: string
  readonly user: string
  readonly localUser: string
  readonly tag: string
  readonly final: boolean
}

/** `unknown`: only the system's ssh can tell, for a program has to run, or a network to be looked at. */
export type Held = boolean | 'unknown'

export const holds = (condition: Condition, asked: Asked): Held => {
  if (condition.kind === 'host') return matchesPatterns(condition.patterns, asked.host)
  let unknown = false
  for (const criterion of condition.criteria) {
    const held = meets(criterion, asked)
    if (held === 'unknown') unknown = true
    else if (held === criterion.negated) return false
  }
  return unknown ? 'unknown' : true
}

const meets = ({ name, argument }: Criterion, asked: Asked): Held => {
  const list = argument.split(',')
  switch (name) {
    case 'all':
      return true
    case 'host':
      return matchesHostname(list, asked.hostname)
    case 'originalhost':
      return matchesHostname(list, asked.name)
    case 'user':
      return matchesPatterns(list, asked.user)
    case 'localuser':
      return matchesPatterns(list, asked.localUser)
    case 'tagged':
      return asked.tag === '' ? argument === '' : matchesPatterns(list, asked.tag)
    case 'final':
    case 'canonical':
      return asked.final
    case 'sessiontype':
      return list.some((pattern) => matchesPattern(pattern, 'exec'))
    default:
      return 'unknown'
  }
}

const matchesHostname = (patterns: readonly string[], name: string): boolean =>
  matchesPatterns(
    patterns.map((pattern) => pattern.toLowerCase()),
    name.toLowerCase(),
  )

const WITHOUT_ARGUMENT = ['all', 'final', 'canonical']
const KNOWN = [
  'host',
  'originalhost',
  'user',
  'localuser',
  'tagged',
  'exec',
  'localnetwork',
  'sessiontype',
  'command',
  'version',
]

/** Reads what stands behind `Match`. A text says what is wrong. */
export const readCriteria = (words: readonly string[]): readonly Criterion[] | string => {
  const criteria: Criterion[] = []
  for (let index = 0; index < words.length; index++) {
    const [, not = '', written = '', glued] = /^(!?)([A-Za-z]+)(?:=(.*))?$/s.exec(words[index] ?? '') ?? []
    const name = written.toLowerCase()
    const negated = not !== ''
    if (glued === undefined && WITHOUT_ARGUMENT.includes(name)) {
      const alone = criteria.every((before) => before.name === 'final' || before.name === 'canonical')
      if (name === 'all' && !(alone && index === words.length - 1)) return 'all stands alone'
      criteria.push({ name, negated, argument: '' })
      continue
    }
    if (!KNOWN.includes(name)) return `${words[index]} is not known`
    const argument = glued ?? words[++index]
    if (argument === undefined) return `${written} says nothing`
    criteria.push({ name, negated, argument })
  }
  return criteria
}
