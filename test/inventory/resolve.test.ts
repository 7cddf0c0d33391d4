import { expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import { directoryWith, resolved, varsOf } from './resolved.ts'

/** Every place that can set v for host h, in rising precedence: the last one present must win. */
const places = [
  ['all in the inventory', 'inv/a', '[all:vars]\nv=1\n'],
  ['a parent group in the inventory', 'inv/b', '[top:vars]\nv=2\n'],
  ['a child group in the inventory', 'inv/c', '[mid:vars]\nv=3\n'],
  ['a sibling with a later name', 'inv/d', '[mod:vars]\nv=4\n'],
  ['group_vars/all beside the inventory', 'inv/group_vars/all.yml', 'v: 5\n'],
  ['group_vars/all beside the playbook', 'play/group_vars/all', 'v: 6\n'],
  ['group_vars of a parent beside the inventory', 'inv/group_vars/top.yml', 'v: 7\n'],
  ['group_vars of a child beside the inventory', 'inv/group_vars/mid.json', '{"v": 8}\n'],
  ['group_vars of a parent beside the playbook', 'play/group_vars/top.yaml', 'v: 9\n'],
  ['group_vars of a child beside the playbook', 'play/group_vars/mod.yml', 'v: 10\n'],
  ['the host in the inventory', 'inv/e', '[mid]\nh v=11\n'],
  ['host_vars beside the inventory', 'inv/host_vars/h.yml', 'v: 12\n'],
  ['host_vars beside the playbook', 'play/host_vars/h', 'v: 13\n'],
] as const

const base = { 'inv/0': '[mid]\nh\n[mod]\nh\n[top:children]\nmid\nmod\n', 'play/site.yml': '' }

test.each(places.map(([name], index) => [name, index] as const))('%s wins over all before it', async (_, last) => {
  const files = Object.fromEntries(places.slice(0, last + 1).map(([, path, text]) => [path, text]))
  const directory = directoryWith({ ...base, ...files })
  const { value, problems } = await readInventory([`${directory}/inv`], { playbookDirectories: [`${directory}/play`] })
  expect(problems).toEqual([])
  expect(varsOf(value, 'h')).toEqual({ v: last + 1 })
})

test('the higher ansible_group_priority wins among groups of one depth, and is no variable', () => {
  const { value } = resolved('[a]\nh\n[b]\nh\n[a:vars]\nv=a\nansible_group_priority=10\n[b:vars]\nv=b\n')
  expect(varsOf(value, 'h')).toEqual({ v: 'a' })
})

test('a deeper group wins over a higher priority', () => {
  const { value } = resolved(
    '[low]\nh\n[top:children]\nlow\n[top:vars]\nansible_group_priority=99\nv=top\n[low:vars]\nv=low',
  )
  expect(varsOf(value, 'h')).toEqual({ v: 'low' })
})

test('the depth of a group is its longest way down', () => {
  // b is below a and below all; a would win by depth if only the shortest way counted.
  const { value } = resolved('[b]\nh\n[a:children]\nb\n[c]\nh\n[b:vars]\nv=b\n[c:vars]\nv=c\n[a:vars]\nv=a')
  expect(varsOf(value, 'h')).toEqual({ v: 'b' })
})

test('a later inventory wins over an earlier one, whole maps at a time', () => {
  const first = 'all: {hosts: {h: {m: {a: 1, b: 2}, k: 1}}}'
  const { value } = resolved(first, 'all: {hosts: {h: {m: {a: 9}}}}')
  expect(varsOf(value, 'h')).toEqual({ m: Object.assign(Object.create(null), { a: 9 }), k: 1 })
})

test('a variable remembers its place', () => {
  const binding = resolved('[g]\nh\n[g:vars]\nvip = {{ x }}\n').value.hosts.get('h')?.vars.get('vip')
  expect(binding).toEqual({
    kind: 'written',
    node: {
      kind: 'scalar',
      at: { file: 'f0', line: 4, column: 7 },
      value: '{{ x }}',
      source: '{{ x }}',
      quoted: false,
    },
  })
})

test('inventory_file and inventory_dir are those of the file that first names the host', () => {
  const { vars } = resolved('', 'h\n', 'h\n').value.hosts.get('h') ?? { vars: new Map() }
  expect(vars.get('inventory_file')).toEqual({ kind: 'value', value: `${process.cwd()}/f1` })
  expect(vars.get('inventory_dir')).toEqual({ kind: 'value', value: process.cwd() })
})

test('hosts without variables of their own share one map with the others of their groups', () => {
  const { hosts } = resolved('[g]\nh1\nh2\nh3 a=1\n[g:vars]\nv=1').value
  expect(hosts.get('h1')?.vars).toBe(hosts.get('h2')?.vars)
  expect([...(hosts.get('h3')?.vars.keys() ?? [])]).toContain('a')
  expect(hosts.get('h1')?.vars.has('a')).toBe(false)
})
