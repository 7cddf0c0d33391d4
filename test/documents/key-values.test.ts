import { expect, test } from 'vitest'
import { keyValues } from '../../src/documents/key-values.ts'
import { toValue } from '../../src/documents/to-value.ts'
import type { ScalarNode, Value } from '../../src/model/document.ts'

const node = (value: string): ScalarNode => ({
  kind: 'scalar',
  at: { file: 'f', line: 3, column: 13 },
  value,
  source: value,
  quoted: false,
})

test.each<[string, Value]>([
  ['src=a dest=/b mode=0644', { src: 'a', dest: '/b', mode: '0644' }],
  ['name=nginx state=started enabled=yes', { name: 'nginx', state: 'started', enabled: true }],
  ['port=80 timeout=5', { port: 80, timeout: 5 }],
  [`msg="hello {{ x }} it's" verbosity=1`, { msg: `hello {{ x }} it's`, verbosity: 1 }],
  ['dest={{ a + b }}/c src={{ x }}', { dest: '{{ a + b }}/c', src: '{{ x }}' }],
  ["content='a=b c'", { content: 'a=b c' }],
  ['hello a=b', 'hello a=b'],
  ['a=b hello', 'a=b hello'],
  ['just text', 'just text'],
  ['a="b', 'a="b'],
])('%s', (text, value) => {
  expect(toValue(keyValues(node(text), 'copy'))).toEqual(value)
})

test('a module of the kernel has a name, or is one', () => {
  expect(toValue(keyValues(node('name=ip_vs state=present'), 'modules'))).toEqual({ name: 'ip_vs', state: 'present' })
  expect(keyValues(node('ip_vs'), 'modules')).toEqual(node('ip_vs'))
})

test('each has its place', () => {
  const made = keyValues(node('src=a dest="/b"'), 'copy')
  const columns = made.kind === 'map' && made.entries.map(({ key, value }) => [key.at.column, value.at.column])
  expect(columns).toEqual([
    [13, 17],
    [19, 25],
  ])
})

test('a command is no list of arguments', () => {
  expect(keyValues(node('A=b'), 'command')).toEqual(node('A=b'))
})
