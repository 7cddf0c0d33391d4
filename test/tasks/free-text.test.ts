import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { taskTypes } from '../../src/tasks/index.ts'

/** Arguments that types with free text take beside it, right and wrong ones. */
const others = fc.dictionary(
  fc.constantFrom('dest', 'port', 'state', 'that', 'quiet', 'verbosity', 'mode', 'validate', 'wrong'),
  fc.constantFrom('/etc/x', 80, true, '', 'drained', [{ source: 'a', value: true }], null),
)
/** Two texts of one length. */
const texts = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'grapheme-ascii' })), { maxLength: 3 })
  .map((pairs) => {
    const [one, other] = [0, 1].map((at) => pairs.map((pair) => pair[at]).join('/')) as [string, string]
    const length = Math.min(one.length, other.length)
    return [one.slice(0, length), other.slice(0, length)] as const
  })

const free = [...taskTypes.values()].flatMap(({ name, parse, freeText = [] }) =>
  freeText.map((argument) => ({ name, parse, argument })),
)

describe('what a type says of a free text, it says of every other of its length', () => {
  test.each(free)('$name: $argument', ({ parse, argument }) => {
    fc.assert(
      fc.property(others, texts, (beside, [one, other]) => {
        const problems = (text: string) => {
          const parsed = parse({ ...beside, [argument]: text })
          return parsed.ok ? [] : parsed.problems
        }
        expect(problems(one)).toEqual(problems(other))
      }),
    )
  })

  test('some types have such arguments', () => {
    expect(free.length).toBeGreaterThan(0)
  })
})
