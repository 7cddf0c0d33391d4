import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limitHosts, selectHosts } from '../../src/inventory/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { directoryWith, resolved, told } from './resolved.ts'

/** Which hosts ansible-core 2.14 selected from the recorded fleet. */
const recorded: [string, string[]][] = JSON.parse(readFileSync(`${import.meta.dirname}/recorded/patterns.json`, 'utf8'))
const fleet = await readInventory([`${import.meta.dirname}/recorded/fleet/inventory`], { playbookDirectories: [] })

test.each(recorded)('%s selects what Ansible selects, in its order', (pattern, hosts) => {
  expect(selectHosts(pattern, fleet.value)).toEqual({ value: hosts, problems: [] })
})

const { value: small } = resolved('bastion\n[director]\nd1\n[realserver]\nrs[1:4]\n[empty]\n[web.tier]\nrs1\n')

test.each([
  ['reelserver', "no host or group is called 'reelserver' (did you mean 'realserver'?)"],
  ['rs7', "no host or group is called 'rs7' (did you mean 'rs1'?)"],
  [
    'nothing-like-it',
    "no host or group is called 'nothing-like-it' (the groups are: director, realserver, empty, web.tier)",
  ],
  ['x*', "no host or group matches 'x*' (the groups are: director, realserver, empty, web.tier)"],
  ['~x', "no host or group matches '~x' (the groups are: director, realserver, empty, web.tier)"],
  ['~(', "'~(' is no regular expression (a pattern that begins with ~ is one)"],
  [
    'realserver:!nobody-at-all',
    "no host or group is called 'nobody-at-all' (the groups are: director, realserver, empty, web.tier)",
  ],
  ['realserver:&directors', "no host or group is called 'directors' (did you mean 'director'?)"],
  [
    'rs[1:3]',
    "no host or group is called 'rs' (rs[…] picks from a group by place; for the names of hosts use a glob such as rs*)",
  ],
  ['realserver[1-3]', "'realserver[1-3]' is no pattern (write realserver[1:3], or a glob with * or ?)"],
  ['realserver[4]', "'realserver[4]' names nobody: 'realserver' has 4 hosts (places count from 0)"],
  ['realserver[-5]', "'realserver[-5]' names nobody: 'realserver' has 4 hosts (places count from 0)"],
  ['realserver[2:1]', "'realserver[2:1]' names nobody: 'realserver' has 4 hosts (places count from 0)"],
  ['director[1:]', "'director[1:]' names nobody: 'director' has 1 host (places count from 0)"],
  ['', 'the host pattern is empty (write "all" for every host)'],
  [' , ', 'the host pattern is empty (write "all" for every host)'],
  ['realserver:!', 'a part of the host pattern is empty (& and ! stand before a name)'],
  [
    'realserver:&rs1,director',
    "no host or group is called 'realserver:&rs1' (with commas, separate every part by one: a,b,&c,!d)",
  ],
  [
    '@/nowhere/at/all',
    "the host pattern file '/nowhere/at/all' cannot be read (ENOENT) (@FILE names a file with one pattern a line)",
  ],
  ['@', '@ stands without a file (@FILE names a file with one pattern a line)'],
])('%j is a mistake', (pattern, problem) => {
  expect(told(selectHosts(pattern, small).problems)).toEqual([`error: ${problem}`])
})

test('every mistake of a pattern is told, at its place, and the rest is selected', () => {
  const at = { file: 'site.yml', line: 3, column: 10 }
  const { value, problems } = selectHosts('rs1:reelserver:d1:!rs9', small, at)
  expect(value).toEqual(['rs1', 'd1'])
  expect(problems).toMatchObject([{ at }, { at }])
})

test('several patterns are joined, each split by itself', () => {
  expect(selectHosts(['rs1:rs2', 'director', '!rs1'], small).value).toEqual(['rs2', 'd1'])
})

test('this machine is there for who asks for it, in no group', () => {
  const { value } = resolved('rs1\n[all:vars]\nvip=192.0.2.100\nansible_connection=ssh\n')
  expect(selectHosts('localhost', value)).toEqual({ value: ['localhost'], problems: [] })
  expect(selectHosts('all:*', value).value).toEqual(['rs1'])
  expect([...value.hosts.keys()]).toEqual(['rs1'])
  const local = value.hosts.get('localhost')
  expect(local?.groups).toEqual([])
  expect(local?.vars.get('vip')).toMatchObject({ node: { value: '192.0.2.100' } })
  expect(local?.vars.get('ansible_connection')).toEqual({ kind: 'value', value: 'local' })
})

test('this machine goes by the name that the inventory has for it', () => {
  const { value } = resolved('127.0.0.1 a=1\n')
  expect(selectHosts('localhost', value).value).toEqual(['127.0.0.1'])
  expect(value.hosts.get('localhost')).toBeUndefined()
})

test('an empty group is a group', () => {
  expect(selectHosts('empty', small)).toEqual({ value: [], problems: [] })
})

test('a group with a dot in its name is found', () => {
  expect(selectHosts('web.tier', small).value).toEqual(['rs1'])
})

test('a name of both host and group means the host where it adds, the group where it takes away', () => {
  const { value } = resolved('[web]\nrs1\n[other]\nweb\nrs2\n')
  expect(selectHosts('web', value).value).toEqual(['web'])
  expect(selectHosts('all:!web', value).value).toEqual(['web', 'rs2'])
})

test('@FILE stands for the patterns in it, one a line', () => {
  const directory = directoryWith({ 'hosts.retry': '# who failed\nrs3\n\nd1:rs2\r\n!rs2\n' })
  expect(selectHosts(`@${directory}/hosts.retry`, small)).toEqual({ value: ['rs3', 'd1'], problems: [] })
  expect(selectHosts(`bastion,@${directory}/hosts.retry`, small).value).toEqual(['bastion', 'rs3', 'd1'])
})

test('an empty @FILE is an error, not everybody', () => {
  const directory = directoryWith({ 'hosts.retry': '# nobody failed\n\n' })
  expect(told(selectHosts(`@${directory}/hosts.retry,!rs1`, small).problems, directory)).toEqual([
    "error: the host pattern file 'hosts.retry' holds no pattern (@FILE names a file with one pattern a line)",
  ])
})

test.each([
  [undefined, ['rs2', 'rs1', 'd1']],
  ['realserver', ['rs2', 'rs1']],
  ['d1,rs2', ['rs2', 'd1']],
  ['!rs2', ['rs1', 'd1']],
  ['bastion', []],
])('the limit %s keeps the order of the hosts', (limit, hosts) => {
  expect(limitHosts(['rs2', 'rs1', 'd1'], limit, small)).toEqual({ value: hosts, problems: [] })
})

test('an empty limit is an error, not everybody', () => {
  const { value, problems } = limitHosts(['rs1'], '', small)
  expect(value).toEqual([])
  expect(problems).toMatchObject([{ severity: 'error', summary: 'the host pattern is empty' }])
})

test('arbitrary patterns never throw, and select each host at most once', () => {
  const piece = fc.constantFrom(
    'all',
    'rs1',
    'realserver',
    ':',
    ',',
    '&',
    '!',
    '*',
    '?',
    '[',
    ']',
    '0',
    '-',
    '1',
    '~',
    ' ',
    '(',
    '::',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { value } = selectHosts(pieces.join(''), small)
      expect(new Set(value).size).toBe(value.length)
      // This machine is there for who names it.
      for (const host of value) expect(small.hosts.get(host)?.name).toBe(host)
    }),
    { examples: [[['::', '1']]] },
  )
})
