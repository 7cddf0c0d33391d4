import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { globToRegExp } from '../../src/inventory/fnmatch.ts'

/** Which names each glob matched in Python 3.11's fnmatch. */
const recorded: { names: string[]; matches: [string, string[]][] } = JSON.parse(
  readFileSync(`${import.meta.dirname}/recorded/python-fnmatch.json`, 'utf8'),
)

test.each(recorded.matches)('%j matches what it matches in Python', (glob, matching) => {
  expect(recorded.names.filter((name) => globToRegExp(glob).test(name))).toEqual(matching)
})

test('a name without * ? [ matches itself and nothing else', () => {
  const plain = fc.string().filter((text) => !/[*?[]/.test(text))
  fc.assert(
    fc.property(plain, plain, (name, other) => {
      expect(globToRegExp(name).test(name)).toBe(true)
      expect(globToRegExp(name).test(other)).toBe(name === other)
    }),
  )
})

test('any text is a glob', () => {
  const piece = fc.constantFrom('*', '?', '[', ']', '!', '-', '^', '\\', 'a', 'z', '/', '(', '{')
  fc.assert(fc.property(fc.array(piece), (pieces) => void globToRegExp(pieces.join('')).test('abc')))
})
