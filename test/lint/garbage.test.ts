/**
 * Garbage in files: bytes, text and structure that nobody meant. Whatever a file holds, it is read or refused with a place,
 * and nothing of ours breaks.
 */
import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseScriptHost, parseScriptList } from '../../src/documents/inventory-script.ts'
import { createKeyring } from '../../src/documents/keyring.ts'
import type { Diagnostic } from '../../src/model/document.ts'
import { readSshConfig } from '../../src/transport/ssh-config.ts'
import { directoryWith } from '../inventory/resolved.ts'
import { part, seed } from '../part.ts'
import { prepareFiles } from './project.ts'

const runs = part('files of garbage of each kind', 1000, 60)

const vault = `$ANSIBLE_VAULT;1.1;AES256
62313365396662343061393464336163383764373764613633653634306231386433626436623361
6134333665353966363534333632666535333761666131620a663537646436643839616531643561
`
const playbook = `- name: Real servers
  hosts: realserver
  serial: [1, 25%]
  vars: {x: "{{ vip }}", y: &a [1, 2]}
  tasks:
    - sysctl:
        net.ipv4.conf.all.arp_ignore: 1
        net.ipv4.conf.{{ nic }}.arp_announce: 2
      when: x is defined and y | length > 1
      tags: [a]
    - block:
        - command: {cmd: uptime, creates: /x}
          register: r
      rescue:
        - debug: {msg: "{{ r.stdout | default('') }}"}
    - vip-on-lo: "{{ vip }}"
`
const ini = `[director]
d1 ansible_host=192.0.2.1 ansible_port=22
[realserver]
rs[01:04] weight=1 # more
[realserver:vars]
nic="eth0"
vip=192.0.2.100
[all:children]
realserver
`
const yaml = `all:
  children:
    realserver: {hosts: {rs1: {ansible_host: 192.0.2.11}, "rs[2:4]": }}
    director: {hosts: {d1: }}
  vars: {vip: 192.0.2.100, nic: eth0}
`
const variables = 'vip: 192.0.2.100\nnic: eth0\nlist: [1, 0644, yes, ~]\nmap: {a: {b: "{{ vip }}"}}\nnight: 22:22\n'
const script =
  '{"realserver": {"hosts": ["rs1"], "vars": {"nic": "eth0"}}, "_meta": {"hostvars": {"rs1": {"vip": "192.0.2.100"}}}}'
const ssh =
  'Host rs*\n  User root\n  Port 22\n  IdentityFile ~/.ssh/id\nMatch host d1\n  ProxyJump gate\nInclude more\n'

const odd = [
  ...'{}[]:,&*!|>%@`#?-"\'\\\t\n\r \u0000\u0001\u001b\u0085\u2028\uFEFF\uD800\u{1F600}',
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '<<: ',
  '*a',
  '&a ',
  '!!python/object ',
  '!vault |\n  ',
  '---\n',
  '...\n',
  '- ',
  '? ',
  '\r\n',
  '[[[[[[[[',
  '{a: ',
  '__proto__: 1',
  'constructor',
  '[1:99999999]',
  '0x',
  '1e999',
  '-',
  '=',
  ': ',
] as const

/** A text with some of its pieces taken, doubled, moved or replaced, or bytes that are no text at all. */
const garbageOf = (text: string): fc.Arbitrary<Buffer> => {
  const at = fc.nat(text.length)
  const put = fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 8 }))
  const edit = fc.tuple(at, fc.nat(12), put, fc.nat(3))
  const edited = fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) =>
    edits.reduce((sofar, [from, length, piece, kind]) => {
      const to = from + length
      const [a, b, c] = [sofar.slice(0, from), sofar.slice(from, to), sofar.slice(to)]
      return kind === 0 ? a + piece + c : kind === 1 ? a + b + b + c : kind === 2 ? a + piece + b + c : c + a + b
    }, text),
  )
  return fc.oneof(
    { weight: 6, arbitrary: edited.map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: edited.map((each) => Buffer.from(each, 'latin1')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.json().map((each) => Buffer.from(each)) },
  )
}

const placed = (problems: readonly Diagnostic[]): void => {
  const lost = problems.filter(({ severity, at }) => severity === 'error' && at === undefined)
  expect(lost.map(({ summary }) => summary)).toEqual([])
  const nowhere = problems.filter(({ at }) => at !== undefined && !(at.line >= 1 && at.column >= 1))
  expect(nowhere).toEqual([])
}

const check = (text: string, read: (bytes: Buffer) => Promise<readonly Diagnostic[]>) =>
  fc.assert(
    fc.asyncProperty(garbageOf(text), async (bytes) => placed(await read(bytes))),
    { numRuns: runs, seed },
  )

describe('garbage in', () => {
  const good = { 'hosts.yml': yaml, 'site.yml': playbook }
  test.each([
    ['a playbook', 'site.yml', playbook],
    ['an inventory in YAML', 'hosts.yml', yaml],
    ['a file of variables', 'group_vars/all.yml', variables],
    ['a file of tasks', 'more.yml', '- debug: {msg: a}\n- command: who\n  register: w\n'],
    ['a template', 'templates/x.j2', '{% for a in y %}{{ a }}{% endfor %}\n{# c #}{{ vip | default("x") }}\n'],
    ['a vault', 'group_vars/all.yml', vault],
    ['a vault in a variable', 'group_vars/all.yml', `secret: !vault |\n${vault.replace(/^(?=.)/gm, '  ')}`],
  ])('%s', async (_, name, text) => {
    const more = { 'more.yml': '- include_tasks: more.yml\n  when: false\n' }
    const tasks =
      '- import_tasks: more.yml\n    - template: {src: x.j2, dest: /x}\n    - debug: {msg: "{{ secret | default(1) }}"}\n'
    const around =
      name === 'site.yml' ? good : { ...good, ...more, 'templates/x.j2': 'x\n', 'site.yml': `${playbook}    ${tasks}` }
    await check(text, async (bytes) => (await prepareFiles({ ...around, [name]: bytes })).problems)
  })

  test('an inventory in INI', () =>
    check(
      ini,
      async (bytes) => (await prepareFiles({ 'site.yml': playbook, hosts: bytes }, { inventory: 'hosts' })).problems,
    ))

  test('what an inventory script prints', () =>
    check(script, async (bytes) => {
      const text = bytes.toString('utf8')
      return [...parseScriptList(text, 'script').problems, ...parseScriptHost(text, 'script', 'h').problems]
    }))

  test('a vault that a password opens', () => {
    const keyring = createKeyring([{ label: 'default', password: 'x' }])
    return check(vault, async (bytes) => {
      const opened = keyring.open(bytes.toString('latin1'), 'it')
      return opened.kind === 'wrong'
        ? [{ severity: 'error', summary: opened.summary, at: { file: 'v', line: 1, column: 1 } }]
        : []
    })
  })

  test('an ssh_config', () => {
    const directory = directoryWith({ config: ssh })
    return check(ssh, async (bytes) => {
      writeFileSync(`${directory}/config`, bytes)
      const source = { path: `${directory}/config`, home: directory, user: 'root', mayRun: false }
      const config = readSshConfig(source)
      const { problem } = config.for('rs1', new Map())
      return [...config.problems, ...(problem === undefined ? [] : [problem])]
    })
  })
})
