import type { Value } from '../../model/document.ts'
import { fault } from '../fault.ts'
import { numberFrom, type Operations, on, textFrom } from '../filter.ts'
import { textOf } from '../python-text.ts'
import { regexOf, replacement, subject } from '../regex.ts'

const groupOf = (match: RegExpExecArray, reference: Value | undefined): Value => {
  const name = /^\\(?:g<(\w+)>|([0-9]+))$/.exec(textFrom(reference))
  if (!name)
    throw fault(
      `regex_search cannot use ${JSON.stringify(textFrom(reference))}`,
      "name a group as '\\\\1' or '\\\\g<name>'",
    )
  const key = name[1] ?? name[2] ?? ''
  const index = Number(key)
  if (Number.isInteger(index)) {
    if (index >= match.length) throw fault(`the pattern has no group ${index}`)
    return match[index] ?? null
  }
  if (!match.groups || !Object.hasOwn(match.groups, key)) throw fault(`the pattern has no group "${key}"`)
  return match.groups[key] ?? null
}

export const regexFilters: Operations = {
  regex_search: {
    params: ['pattern', 'ignorecase', 'multiline'],
    positional: 1,
    rest: true,
    run: (value, [pattern, ignoreCase, multiline, ...groups]) => {
      const match = regexOf(textFrom(pattern), { ignoreCase, multiline }).exec(subject(textOf(value)))
      if (!match) return null
      return groups.length === 0 ? match[0] : groups.map((group) => groupOf(match, group))
    },
  },
  regex_findall: on('regex multiline ignorecase', (value, [pattern, multiline, ignoreCase], tools) => {
    const found: Value[] = []
    for (const match of subject(textOf(value)).matchAll(
      regexOf(textFrom(pattern), { ignoreCase, multiline, extra: 'g' }),
    )) {
      tools.spend(1)
      found.push(
        match.length > 2
          ? match.slice(1).map((group) => group ?? '')
          : (match[1] ?? (match.length > 1 ? '' : match[0])),
      )
    }
    return found
  }),
  regex_replace: on(
    'pattern replacement ignorecase multiline count',
    (value, [pattern, fresh, ignoreCase, multiline, count]) => {
      const replace = replacement(fresh === undefined ? '' : textFrom(fresh))
      const most = count === undefined || count === 0 ? Number.POSITIVE_INFINITY : numberFrom(count)
      let done = 0
      return subject(textOf(value)).replace(
        regexOf(textFrom(pattern ?? ''), { ignoreCase, multiline, extra: 'g' }),
        (...match) => {
          done += 1
          return done > most ? String(match[0]) : replace(...match)
        },
      )
    },
  ),
  regex_escape: on('re_type', (value) => textOf(value).replace(/[-()[\]{}?*+|^$\\.&~#\s]/g, '\\$&')),
}
