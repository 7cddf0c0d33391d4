import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote, quoteAll } from '../../src/remote/quote.ts'
import { shells } from './shells.ts'

test.each([
  ['', `''`],
  ['plain', `'plain'`],
  [`it's`, `'it'\\''s'`],
  ['$(reboot) `x` "y" \\ !', `'$(reboot) \`x\` "y" \\ !'`],
])('%j is %s', (word, quoted) => {
  expect(quote(word)).toBe(quoted)
})

test('a NUL byte is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL')
})

describe.each(shells)('%s', (_name, [command = '', ...rest]) => {
  test('any words come back as they were', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(`'`, '"', '\\', '$', '`', '!', '\n', '\r', '*', '\u0001', '\u007f', '\u0081'),
      }),
    )
    fc.assert(
      fc.property(
        fc.array(
          word.filter((text) => !text.includes('\0')),
          { minLength: 50, maxLength: 100 },
        ),
        (words) => {
          const { stdout } = spawnSync(command, [...rest, '-s'], { input: `printf '%s\\0' ${quoteAll(words)}\n` })
          expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words)
        },
      ),
      { numRuns: 10 },
    )
  })
})
