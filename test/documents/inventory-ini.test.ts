import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInventoryIni } from '../../src/documents/inventory-ini.ts'
import { toValue } from '../../src/documents/to-value.ts'
import { brief, places } from './inventory-brief.ts'

const parse = (text: string) => parseInventoryIni(text, 'hosts')

test('a whole file, in the order written', () => {
  const { value, problems } = parse(
    `# a comment
; another
bastion ansible_host=192.0.2.9

[director]
d1 weight=10 # trailing
	d2:2222   note='a b'

[realserver]   # the web tier
rs[01:02]

[fleet:children]
director # first
realserver

[fleet:vars]
vip = 192.0.2.100
motd=hello world # kept
on=True
`,
  )
  expect(problems).toEqual([])
  expect(brief(value)).toEqual([
    'ungrouped: bastion ansible_host="192.0.2.9"',
    'group director',
    'director: d1 weight=10',
    'director: d2 ansible_port=2222 note="a b"',
    'group realserver',
    'realserver: rs01,rs02',
    'group fleet',
    'fleet > director',
    'fleet > realserver',
    'vars-only fleet',
    'fleet vip="192.0.2.100"',
    'fleet motd="hello world # kept"',
    'fleet on=true',
  ])
})

test('values point at their place', () => {
  const { value } = parse("[g]\n  h a=1 b='x y'\n[g:vars]\n  v  =  {{ w }}")
  const ats = value.statements.flatMap((statement) =>
    statement.kind === 'hosts'
      ? statement.vars.map(({ name, node }) => [name, node.at.line, node.at.column])
      : statement.kind === 'var'
        ? [[statement.variable.name, statement.variable.node.at.line, statement.variable.node.at.column]]
        : [],
  )
  expect(ats).toEqual([
    ['a', 2, 7],
    ['b', 2, 11],
    ['v', 4, 9],
  ])
})

test.each([
  ['a byte order mark', '\uFEFFh1'],
  ['CRLF', 'h1\r\n\r\n'],
  ['old Mac line ends', '\rh1\r'],
  ['indentation', '   h1   '],
])('%s is no part of a name', (_, text) => {
  expect(brief(parse(text).value)).toEqual(['ungrouped: h1'])
})

test('an IPv6 address in brackets is a host, not a section', () => {
  expect(brief(parse('[2001:db8::1]:2200 a=1').value)).toEqual(['ungrouped: 2001:db8::1 ansible_port=2200 a=1'])
})

test.each([
  ['[web:hots]', '1:6', "unknown kind of section 'hots'", 'did you mean [web:hosts]?'],
  ['[web:rules]', '1:6', "unknown kind of section 'rules'", 'a section is'],
  ['[my web]', '1:1', '[my web] is no section', 'without blanks'],
  ['[]', '1:1', '[] is no section', 'without blanks'],
  ['[2001:db8::1]', '1:1', 'is no section', ''],
  ['[w]\n user=root', '2:2', "'user=root' stands where a host name should", '[w:vars]'],
  ['h1 root', '1:4', "expected name=value, got 'root'", ''],
  ['h1 =root', '1:4', "expected name=value, got '=root'", ''],
  ["h1 a='b", '1:6', 'never closed', ''],
  ['rs[3:1]', '1:1', 'counts down', 'smaller end first'],
  ['rs1: a=1', '1:1', "ends in ':'", ''],
  ['---\nall:', '1:1', '--- begins a YAML file', '*.yml'],
  ['[g:vars]\njust text', '2:1', "expected name=value, got 'just text'", ''],
  ['[g:vars]\n=1', '2:1', 'expected name=value', ''],
  ['[g:children]\na b', '2:1', "expected the name of a group, got 'a b'", ''],
])('%j is a mistake', (text, place, summary, hint) => {
  const [problem, ...others] = parse(text).problems.filter(({ summary }) => !summary.includes("'all:'"))
  expect(others).toEqual([])
  expect(problem?.summary).toContain(summary)
  expect(problem?.hint ?? '').toContain(hint)
  expect(places(problem)).toBe(place)
})

test('all mistakes come at once, and the rest is read', () => {
  const { value, problems } = parse('[a]\nh1 x\nh2\n[b:typo]\nnonsense here = is ignored\n[c]\nrs[1-2]\nh3 y=1')
  expect(problems.map(places)).toEqual(['2:4', '4:4', '7:1'])
  expect(brief(value)).toEqual(['group a', 'a: h1', 'a: h2', 'group c', 'c: h3 y=1'])
})

test('arbitrary text never throws, and every problem has its place in the file', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('[g]', '[g:vars]', '[g:children]', 'h1', ' a=1', '\n', '\n', '[', ']', "'", '#', '='),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const lines = text.split(/\r\n|[\n\r]/)
      const { value, problems } = parse(text)
      for (const { at } of problems) expect(lines[(at?.line ?? 0) - 1]).toBeDefined()
      for (const statement of value.statements)
        if (statement.kind === 'hosts') for (const { node } of statement.vars) toValue(node)
    }),
  )
})
