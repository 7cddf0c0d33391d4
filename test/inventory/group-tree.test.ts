import { expect, test } from 'vitest'
import { resolved, told } from './resolved.ts'

const groupsOf = (...texts: readonly string[]) => Object.fromEntries(resolved(...texts).value.groups)

test('all and ungrouped are always there', () => {
  expect(resolved().value).toMatchObject({
    groups: new Map([
      ['all', []],
      ['ungrouped', []],
    ]),
    children: new Map([
      ['all', ['ungrouped']],
      ['ungrouped', []],
    ]),
  })
})

test('hosts keep the order of their first appearance, groups list their own hosts first, then level by level', () => {
  const { value, problems } = resolved(
    'z\n[a]\na1\n[top:children]\nmid\na\n[mid:children]\nlow\n[low]\nl1\n[top]\nt1\n[mid]\nm1',
  )
  expect(problems).toEqual([])
  expect([...value.hosts.keys()]).toEqual(['z', 'a1', 'l1', 't1', 'm1'])
  expect(value.groups.get('top')).toEqual(['t1', 'a1', 'm1', 'l1'])
  expect(value.groups.get('all')).toEqual(['z', 't1', 'a1', 'm1', 'l1'])
  expect(value.children.get('all')).toEqual(['ungrouped', 'top'])
})

test('a host knows all its groups, sorted, without all and ungrouped', () => {
  const { value } = resolved('lone\n[b]\nh\n[a:children]\nb\n[Z:children]\na\n')
  expect(value.hosts.get('h')?.groups).toEqual(['Z', 'a', 'b'])
  expect(value.hosts.get('lone')?.groups).toEqual([])
})

test('ungrouped holds exactly the hosts of no other group', () => {
  expect(groupsOf('h1\nh2\n[all]\nh3\n[web]\nh1\n').ungrouped).toEqual(['h2', 'h3'])
  expect(groupsOf('h1\n', '[web]\nh1\n').ungrouped).toEqual([])
  expect(groupsOf('all: {hosts: {h1: , h2: }, children: {web: {hosts: {h2: }}}}').ungrouped).toEqual(['h1'])
})

test('a child may be declared later, or in an earlier file', () => {
  const { value, problems } = resolved('[web]\nh1\n', '[top:children]\nweb\nlate\n[late]\nh2\n')
  expect(problems).toEqual([])
  expect(value.groups.get('top')).toEqual(['h1', 'h2'])
})

test('a file may not use what only a later one declares', () => {
  const { problems } = resolved('[top:children]\nweb\n[db:vars]\na=1\n', '[web]\nh1\n[db]\n')
  expect(told(problems)).toEqual([
    'error: f0:3:2 [db:vars] sets variables of a group that is declared only in f1, which is read later (put an empty section [db] here too)',
    "error: f0:2:1 group 'web', a child of 'top', is declared only in f1, which is read later (put an empty section [web] here too)",
  ])
})

test('the port behind a name counts where the host is named first', () => {
  const { value } = resolved('h:2222\ni\n[web]\nh:2223\ni:2224\n')
  const port = (host: string) => value.hosts.get(host)?.vars.get('ansible_port')
  expect(port('h')).toMatchObject({ node: { value: 2222 } })
  expect(port('i')).toBeUndefined()
})

test('a group with nothing in it is declared all the same', () => {
  expect(resolved('[top:children]\nweb\n[web]\n').problems).toEqual([])
  expect(resolved('[web:children]\n[web:vars]\na=1').problems).toEqual([])
})

test.each([
  [
    '[top:children]\nrealservers\n[realserver]\nh1',
    ["error: f0:2:1 group 'realservers', a child of 'top', is declared nowhere (did you mean 'realserver'?)"],
  ],
  [
    '[top:children]\nnobody\n',
    ["error: f0:2:1 group 'nobody', a child of 'top', is declared nowhere (declare it with a section [nobody])"],
  ],
  [
    '[webb:vars]\na=1\n[web]\nh1',
    ["error: f0:1:2 [webb:vars] sets variables of a group that is declared nowhere (did you mean 'web'?)"],
  ],
  [
    '[a:children]\nb\n[b:children]\nc\n[c:children]\na\n',
    ["error: f0:6:1 group 'a' would be inside itself: c > a > b > c (take one of these out of the other's children)"],
  ],
  [
    '[a:children]\na\n',
    ["error: f0:2:1 group 'a' would be inside itself: a > a (take one of these out of the other's children)"],
  ],
  [
    '[a:children]\nall\n',
    ["error: f0:2:1 'all' holds every group and cannot be inside 'a' (take one of these out of the other's children)"],
  ],
  [
    '[web]\nh1\nweb\n',
    [
      "warning: f0:3:1 'web' is the name of both a host and a group (in a pattern it means the host; rename one of the two)",
    ],
  ],
  [
    '[web]\n[web:vars]\nansible_group_priority=high\n',
    ['error: f0:3:24 ansible_group_priority is not a whole number (the higher number wins; 1 if not set)'],
  ],
])('%j is told', (text, expected) => {
  expect(told(resolved(text).problems)).toEqual(expected)
})

test('a loop is cut where it closes and everything else stands', () => {
  const { value } = resolved('[a:children]\nb\n[b:children]\na\n[a]\nh1\n[b]\nh2\n')
  expect(value.groups.get('a')).toEqual(['h1', 'h2'])
  expect(value.groups.get('b')).toEqual(['h2'])
})

test('a chain of three hundred groups is no trouble', () => {
  const chain = Array.from({ length: 300 }, (_, index) => `[g${index}:children]\ng${index + 1}\n`)
  const { value, problems } = resolved(`${chain.join('')}[g300]\nh\n`)
  expect(problems).toEqual([])
  expect(value.hosts.get('h')?.groups.length).toBe(301)
})
