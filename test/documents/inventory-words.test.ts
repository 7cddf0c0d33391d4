import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitWords } from '../../src/documents/inventory-words.ts'

/** What Python 3.11's shlex.split(line, comments=True) gave; null where it raised. */
const recorded: [string, string[] | null][] = JSON.parse(
  readFileSync(`${import.meta.dirname}/recorded/python-words.json`, 'utf8'),
)

test.each(recorded)('%j is split as Python splits it', (line, words) => {
  const split = splitWords(line)
  expect(split.ok ? split.words.map(({ text }) => text) : null).toEqual(words)
})

test('a word knows its column, quotes and all', () => {
  expect(splitWords(`a  'b c' "d"e`)).toEqual({
    ok: true,
    words: [
      { text: 'a', column: 1 },
      { text: 'b c', column: 4 },
      { text: 'de', column: 10 },
    ],
  })
})

test('the place of a quote that is never closed is told', () => {
  expect(splitWords(`a b="c d`)).toMatchObject({ ok: false, column: 5 })
})

test('words between single quotes come back as they were', () => {
  const word = fc.string().filter((text) => !text.includes("'"))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const split = splitWords(words.map((text) => `'${text}'`).join(' '))
      expect(split.ok && split.words.map(({ text }) => text)).toEqual(words)
    }),
  )
})
