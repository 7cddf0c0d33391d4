import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { showDiagnostics } from '../../src/documents/code-frame.ts'
import type { Diagnostic } from '../../src/model/document.ts'

const files: { readonly [name: string]: string } = {
  'site.yml': '- hosts: all\n  tasks:\n    - debug: msg={{ nicc }}\n\n    - ping:\n',
  'odd.yml': '\ta:\tx\nb: 日本 {{ y }}\nc: \u001b[31mred\u202e\r\nd: 👩‍👩‍👧 e\u0301 z\n',
  'long.yml': `a: ${'0123456789'.repeat(30)}\n`,
}
const read = (file: string): string | undefined => files[file]
const at = (file: string, line: number, column: number): Diagnostic => ({
  severity: 'error',
  summary: 'wrong',
  at: { file, line, column },
})
const show = (problems: readonly Diagnostic[], columns = 80): string =>
  showDiagnostics(problems, read, { color: false, columns })

test('one mistake', () => {
  const problem: Diagnostic = {
    ...at('site.yml', 3, 21),
    summary: 'undefined variable "nicc"',
    hint: 'did you mean nic?',
  }
  expect(show([problem])).toBe(
    `error: undefined variable "nicc"
  --> site.yml:3:21
  |
2 |   tasks:
3 |     - debug: msg={{ nicc }}
  |                     ^
help: did you mean nic?

1 error
`,
  )
})

test('no mistakes, no text', () => {
  expect(show([])).toBe('')
})

test('sorted by file and place; what has no place comes first; all are counted', () => {
  const shown = show([
    at('site.yml', 3, 2),
    { ...at('site.yml', 1, 5), severity: 'warning' },
    at('odd.yml', 2, 1),
    { severity: 'error', summary: 'no inventory' },
  ])
  expect(shown.match(/--> .*|no inventory/g)).toEqual([
    'no inventory',
    '--> odd.yml:2:1',
    '--> site.yml:1:5',
    '--> site.yml:3:2',
  ])
  expect(shown.endsWith('\n\n3 errors, 1 warning\n')).toBe(true)
})

describe('the caret stands below its column', () => {
  test.each<[string, number, number, string]>([
    ['odd.yml', 1, 2, '    a:  x'],
    ['odd.yml', 1, 5, '    a:  x'],
    ['odd.yml', 2, 7, 'b: 日本 {{ y }}'],
    ['odd.yml', 3, 9, String.raw`c: \x1b[31mred\u202e`],
    ['odd.yml', 4, 13, 'd: 👩‍👩‍👧 e\u0301 z'],
  ])('%s:%i:%i', (file, line, column, expected) => {
    const lines = show([at(file, line, column)]).split('\n')
    const caret = lines.findIndex((text) => text.trimEnd().endsWith('^'))
    expect(lines[caret - 1]?.slice(4)).toBe(expected)
    expect(lines[caret]).toMatchSnapshot()
  })

  test('behind the end of a line', () => {
    expect(show([at('site.yml', 2, 9)])).toContain('2 |   tasks:\n  |         ^\n')
  })
})

describe('a line longer than the terminal is cut around the caret', () => {
  test.each([1, 4, 30, 56, 57, 58, 100, 200, 290, 303, 304])('column %i', (column) => {
    const lines = show([at('long.yml', 1, column)], 60).split('\n')
    const caret = lines.findIndex((text) => text.endsWith('^'))
    const [shown, below] = [lines[caret - 1] ?? '', lines[caret] ?? '']
    expect(stringWidth(shown)).toBeLessThanOrEqual(60)
    const wanted = files['long.yml']?.[column - 1]
    const under = shown[below.length - 1]
    if (wanted === '\n') expect(under).toBeUndefined()
    else expect([wanted, '…']).toContain(under)
    if (under === '…') expect(column).toBeLessThan(5)
  })
})

test('a file that cannot be read, or has no such line, is only named', () => {
  expect(show([at('none.yml', 3, 2)])).toBe('error: wrong\n  --> none.yml:3:2\n\n1 error\n')
  expect(show([at('site.yml', 99, 2)])).toBe('error: wrong\n  --> site.yml:99:2\n\n1 error\n')
})

test('several lines of help are aligned', () => {
  expect(show([{ ...at('none.yml', 1, 1), hint: 'one\ntwo' }])).toContain('help: one\n      two\n')
})

test('colour changes nothing but colour', () => {
  const problems = [at('site.yml', 3, 21), { ...at('odd.yml', 2, 7), severity: 'warning' as const, hint: 'so' }]
  const colored = showDiagnostics(problems, read, { color: true, columns: 80 })
  expect(colored).not.toBe(show(problems))
  expect(stripVTControlCharacters(colored)).toBe(show(problems))
})

test('nothing in a file or message reaches the terminal as a control', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.nat(80),
      (content, summary, column) => {
        const shown = showDiagnostics([{ ...at('f', 1, column + 1), summary }], () => content, {
          color: false,
          columns: 40,
        })
        return !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(shown)
      },
    ),
    { numRuns: 100, seed: 20_261_124 },
  )
}, 60_000)
