import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toValue } from '../../src/documents/to-value.ts'
import { parseExtraVars } from '../../src/schedule/extra-vars.ts'

const readValue = (text: string): unknown => {
  const { value, problems } = parseExtraVars(text)
  expect(problems).toEqual([])
  return value === undefined ? undefined : { ...(toValue(value) as object) }
}
const say = (text: string): string[] => parseExtraVars(text).problems.map(({ summary, hint }) => `${summary} | ${hint}`)

describe('values', () => {
  test.each([
    ['a=1', { a: '1' }],
    ['a=1 b=two', { a: '1', b: 'two' }],
    ['a="x y" b=z', { a: 'x y', b: 'z' }],
    ["a='x y'", { a: 'x y' }],
    ['"a=x y"', { a: 'x y' }],
    ['a=x\\ y', { a: 'x y' }],
    ['a="say \\"hi\\""', { a: 'say "hi"' }],
    ["a='b\\c'", { a: 'b\\c' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    [`a={{ b ~ 'c d' }} e=f`, { a: `{{ b ~ 'c d' }}`, e: 'f' }],
    ['a=1 a=2', { a: '2' }],
    ['url=http://x/', { url: 'http://x/' }],
    ['{"a": 1}', { a: 1 }],
    ['{a: [1, x], b: yes}', { a: [1, 'x'], b: true }],
    ['a: 1', { a: 1 }],
    ['', undefined],
    ['{}', {}],
  ])('%s', (text, value) => {
    expect(readValue(text)).toEqual(value)
  })
})

describe('mistakes', () => {
  test.each([
    ['vip', '`vip` in --extra-vars has no value | write name=value, or @FILE for a file'],
    ['a="x', 'a quote stays open in --extra-vars a="x | quote the whole of it for the shell, then the values'],
    ['[1, 2]', 'extra variables must be a map | write `name: value`'],
    ['a-b=1', '`a-b` is not a name for a variable | use letters, digits and underscores, and no digit first'],
    ['item=1', '`item` is set by ipvs-play itself | give the variable another name'],
    [
      '@nowhere.yml',
      '--extra-vars @nowhere.yml: there is no such file | the path after @ is relative to the current directory',
    ],
    ['@/', '--extra-vars @/: it is a directory | the path after @ is relative to the current directory'],
  ])('%s', (text, problem) => expect(say(text)).toEqual([problem]))
})

describe('files', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'extra-vars-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test('a file of variables keeps types and places', () => {
    const path = join(directory, 'more.yml')
    writeFileSync(path, 'a: 1\nb: [x]\n')
    expect(readValue(`@${path}`)).toEqual({ a: 1, b: ['x'] })
    expect(parseExtraVars(`@${path}`).value?.entries[1]?.key.at).toEqual({ file: path, line: 2, column: 1 })
  })

  test('an empty file holds nothing', () => {
    const path = join(directory, 'empty.yml')
    writeFileSync(path, '# nothing\n')
    expect(readValue(`@${path}`)).toBeUndefined()
  })
})

test('any text is read without throwing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(Array.isArray(parseExtraVars(text.replace(/^\s*@/, '')).problems)).toBe(true)
    }),
  )
})

test('what stands in quotes comes back', () => {
  const text = fc.string().filter((each) => !each.includes("'"))
  fc.assert(
    fc.property(text, (each) => {
      expect(readValue(`a='${each}'`)).toEqual({ a: each })
    }),
  )
})
