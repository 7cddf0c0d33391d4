import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import { directoryWith, told, varsOf } from './resolved.ts'

const read = (...paths: readonly string[]) => readInventory(paths, { playbookDirectories: [] })
const hostsOf = async (...paths: readonly string[]) => [...(await read(...paths)).value.hosts.keys()]

test('several inventories merge in the order given, whatever their format', async () => {
  const directory = directoryWith({ 'a.ini': '[web]\nh1 v=1\n', 'b.yml': 'web: {hosts: {h2: , h1: {v: 2}}}\n' })
  const { value, problems } = await read(`${directory}/a.ini`, `${directory}/b.yml`)
  expect(problems).toEqual([])
  expect(value.groups.get('web')).toEqual(['h1', 'h2'])
  expect(varsOf(value, 'h1')).toEqual({ v: 2 })
})

test('a directory is read in the order of its names, sub-directories too', async () => {
  const directory = directoryWith({
    '20-b': 'h2\n',
    '10-a.yml': 'all: {hosts: {h1: }}\n',
    '30/x': 'h4\n',
    '25': 'h3\n',
  })
  expect(await hostsOf(directory)).toEqual(['h1', 'h2', 'h3', 'h4'])
})

test('what Ansible leaves out of a directory is left out', async () => {
  const skipped = [
    '.hidden',
    'a~',
    'a.bak',
    'a.swp',
    'a.pyc',
    'a.md',
    'a.txt',
    'a.rst',
    'a.orig',
    'a.retry',
    'ansible.cfg',
  ]
  const files = Object.fromEntries(skipped.map((name) => [name, 'not-a-host\n']))
  const directory = directoryWith({
    ...files,
    'group_vars/all': 'v: 1\n',
    'vars_plugins/x': 'not-a-host',
    hosts: 'h1\n',
  })
  expect(await hostsOf(directory)).toEqual(['h1'])
})

test('a link that leads up is followed once', async () => {
  const directory = directoryWith({ 'sub/hosts': 'h1\n' })
  symlinkSync('..', `${directory}/sub/up`)
  expect(await hostsOf(directory)).toEqual(['h1'])
})

test('hosts can be given with commas', async () => {
  expect(await hostsOf('h1,h2:2222,')).toEqual(['h1', 'h2'])
})

test('everything that is missing or no inventory is named, and the rest is read', async () => {
  const directory = directoryWith({
    'a/hosts': '[web]\nh1 oops\n',
    'text.sh': '#!/bin/sh\n',
    'b.toml': '[web]\n',
    'c.yml': 'all: {host: {}}\n',
    good: 'h9\n',
  })
  const names = ['gone', 'a', 'text.sh', 'b.toml', 'c.yml', 'good', 'good/under']
  const { value, problems } = await read(...names.map((name) => `${directory}/${name}`))
  expect([...value.hosts.keys()]).toEqual(['h1', 'h9'])
  expect(told(problems, directory)).toEqual([
    "error: there is no inventory 'gone' (name a file or a directory with -i PATH; an ansible.cfg is not read)",
    "error: a/hosts:2:4 expected name=value, got 'oops' (one host a line; a value with blanks needs quotes)",
    'error: text.sh:1:1 this is a script that may not be executed (make it executable: chmod +x text.sh)',
    'error: b.toml:1:1 inventories in TOML are not read (write it as YAML or INI)',
    "error: c.yml:1:7 unknown key 'host' in group 'all' (did you mean 'hosts'?)",
    "error: there is no inventory 'good/under' (name a file or a directory with -i PATH; an ansible.cfg is not read)",
  ])
})

test('a file that may run but is text is read as text', async () => {
  const directory = directoryWith({ hosts: 'h1\n' })
  chmodSync(`${directory}/hosts`, 0o755)
  expect(await hostsOf(`${directory}/hosts`)).toEqual(['h1'])
})

test('an empty directory is worth a warning', async () => {
  const directory = directoryWith({ 'README.md': '' })
  expect(told((await read(directory)).problems, directory)).toMatchObject([
    expect.stringContaining('holds no inventory file'),
  ])
})

test('variable files of every name and extension, and directories of them', async () => {
  const directory = directoryWith({
    hosts: '[a]\nh1\n[b]\nh1\n[c]\nh1\n[d]\nh1\n',
    'group_vars/a': 'a: 1\n',
    'group_vars/b.yml': 'b: 1\n',
    'group_vars/c.yaml': 'c: 1\n',
    'group_vars/d/1.yml': 'd: 1\nd1: 1\n',
    'group_vars/d/2.json': '{"d": 2}',
    'group_vars/d/deep/3': 'd: 3\n',
    'group_vars/d/4.txt': 'd: no\n',
    'group_vars/d/5.yml~': 'd: no\n',
    'group_vars/d/.6.yml': 'd: no\n',
    'group_vars/nobody.txt': 'x: no\n',
    'host_vars/h1.yml': 'h: 1\n',
    'host_vars/empty.yml': '',
  })
  const { value, problems } = await read(`${directory}/hosts`)
  expect(problems).toEqual([])
  expect(varsOf(value, 'h1')).toEqual({ a: 1, b: 1, c: 1, d: 3, d1: 1, h: 1 })
})

test('of two files for one name the first is read, as in Ansible, with a warning', async () => {
  const directory = directoryWith({ hosts: 'h1\n', 'host_vars/h1.yml': 'v: yml\n', 'host_vars/h1/x.yml': 'v: dir\n' })
  const { value, problems } = await read(`${directory}/hosts`)
  expect(varsOf(value, 'h1')).toEqual({ v: 'dir' })
  expect(told(problems, directory)).toEqual([
    'warning: host_vars/h1.yml is not read, because host_vars/h1 is there, as in Ansible (move it into a directory of that name)',
  ])
})

test('a misspelt variable file is worth a warning, one for another fleet is not', async () => {
  const directory = directoryWith({
    hosts: '[realserver]\nrs1\n',
    'group_vars/realservers.yml': 'v: 1\n',
    'group_vars/databases.yml': 'v: 1\n',
    'host_vars/rs2.yml': 'v: 1\n',
  })
  expect(told((await read(`${directory}/hosts`)).problems, directory)).toEqual([
    'warning: group_vars/realservers.yml belongs to no group, so it is not read (did you mean realserver.yml?)',
  ])
})

test('mistakes in variable files have their place', async () => {
  const directory = directoryWith({ hosts: 'h1\n', 'group_vars/all.yml': '- v\n', 'host_vars/h1': 'a: [\n' })
  const problems = told((await read(`${directory}/hosts`)).problems, directory)
  expect(problems[0]).toBe(
    'error: group_vars/all.yml:1:1 a file of variables holds a map, but this holds a list (write one "name: value" a line)',
  )
  expect(problems[1]).toMatch(/^error: host_vars\/h1:/)
})

test('one directory beside both inventory and playbook is complained about once', async () => {
  const directory = directoryWith({ hosts: 'h1\n', 'group_vars/all.yml': '- v\n' })
  const { problems } = await readInventory([`${directory}/hosts`], { playbookDirectories: [directory] })
  expect(problems).toHaveLength(1)
})

test('a file that is not UTF-8 is named', async () => {
  const directory = directoryWith({ hosts: '' })
  writeFileSync(`${directory}/hosts`, Buffer.from([0x68, 0x31, 0x0a, 0x68, 0xff, 0xfe]))
  expect(told((await read(`${directory}/hosts`)).problems, directory)).toEqual([
    'error: hosts:2:2 this file is not text in UTF-8 (save it as UTF-8)',
  ])
})

test('files of arbitrary bytes never reject', async () => {
  const directory = directoryWith({ hosts: '' })
  const file = fc.constantFrom('hosts', 'hosts.yml', 'group_vars', 'group_vars.yml')
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), file, async (bytes, name) => {
      writeFileSync(`${directory}/${name}`, bytes)
      const { value } = await read(directory)
      expect(value.groups.has('all')).toBe(true)
    }),
    { numRuns: 30 },
  )
})
