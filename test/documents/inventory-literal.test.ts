import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readIniValue } from '../../src/documents/inventory-literal.ts'
import { toValue } from '../../src/documents/to-value.ts'

const at = { file: 'hosts', line: 3, column: 7 }
const valueOfText = (text: string): unknown => JSON.parse(JSON.stringify(toValue(readIniValue(text, at))))

/** What Python 3.11's ast.literal_eval gave, tuples as lists; the text itself where it raised. */
const recorded: [string, unknown][] = JSON.parse(
  readFileSync(`${import.meta.dirname}/recorded/python-literals.json`, 'utf8'),
)

test.each(recorded)('%j means what it means to Ansible', (text, value) => {
  expect(valueOfText(text)).toEqual(value)
})

test('a whole number that JavaScript would round stays text', () => {
  expect(valueOfText('9007199254740993')).toBe('9007199254740993')
  expect(valueOfText('9007199254740991')).toBe(9007199254740991)
})

test('every node stands at the place of the value', () => {
  expect(readIniValue("['{{ vip }}']", at)).toEqual({
    kind: 'list',
    at,
    items: [{ kind: 'scalar', at, value: '{{ vip }}', source: '{{ vip }}', quoted: true }],
  })
})

test('text that is no literal is kept as written and is not quoted', () => {
  expect(readIniValue('eth0.100', at)).toEqual({
    kind: 'scalar',
    at,
    value: 'eth0.100',
    source: 'eth0.100',
    quoted: false,
  })
})

test('nesting beyond all sense is text, not a crash', () => {
  const deep = '['.repeat(10_000) + ']'.repeat(10_000)
  expect(valueOfText(deep)).toBe(deep)
})

test('any JSON value without exotic text reads as itself', () => {
  const word = fc.stringMatching(/^[a-z 0-9'{}#-]*$/)
  const value = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, word, fc.integer(), fc.array(tie('tree')), fc.dictionary(word, tie('tree'))),
  })).tree
  fc.assert(
    fc.property(value, (tree) => {
      expect(valueOfText(JSON.stringify(tree))).toEqual(tree)
    }),
  )
})

test('arbitrary text never throws', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('[', ']', '(', ')', '{', '}', ',', ':', "'", '"', '\\', '\\x', '0x', '1', '-', '#'),
  )
  fc.assert(fc.property(fc.array(piece), (pieces) => void valueOfText(pieces.join(''))))
})
