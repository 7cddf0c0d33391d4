import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part, seed } from '../part.ts'
import { bringUp, command, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { forms, vault } from './secret-writing.ts'

// Playbooks that do everything they can to tell a secret. None may stand anywhere afterwards.

const skipped = lacks('secrets in every output', 'root', 'ip', 'unshare', 'sshd')
const runs = part('secrets in every output: generated playbooks', 60, 12)
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

const vaultPassword = 'the vault password'
/** Where a secret comes from. */
const names = ['vaulted', 'db_password', 'api_token', 'ansible_become_password', 'kept.inner_pass'] as const
type Name = (typeof names)[number]

const letters = [...`abcdefghijklmnopqrstuvwxyzABCDEF0123456789!@#%^&*()-_=+'"\\/<>?,. ~|;:[]é`]
const secret = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 10, maxLength: 30 })
  .map((text) => `x${text.trim()}Q9`)

/** A task as YAML, below `tasks:`, that tries to tell the variable `s`. */
const tellers: readonly ((s: Name) => string)[] = [
  (s) => `- debug: {msg: "it is {{ ${s} }}"}`,
  (s) => `- debug: {var: ${s}}`,
  (s) => `- debug: {msg: "{{ {'a': [${s}]} | to_json | to_json }}"}`,
  (s) => `- debug: {msg: "{{ ('x' ~ ${s}) | b64encode }}"}`,
  (s) => `- command: {argv: [printf, '%s\\n', "{{ ${s} }}"]}`,
  (s) => `- command: {argv: ["{{ ${s} }}", a]}\n      ignore_errors: true`,
  (s) =>
    `- shell: "printf 'xy%s' {{ ${s} | quote }} | base64 -w0; printf %s {{ ${s} | quote }} | od -An -tx1 | tr -d ' \\n'"`,
  (s) => `- shell: "echo {{ ${s} | quote }} >&2; exit 3"\n      ignore_errors: true`,
  (s) => `- copy: {dest: /tmp/told, content: "pw={{ ${s} }}\\n"}`,
  (s) =>
    `- copy: {dest: /tmp/told, content: "other\\n"}\n    - copy: {dest: "/tmp/{{ ${s} | b64encode | replace('/', '_') | replace('+', '-') }}", content: a}`,
  (s) => `- name: "Tell {{ ${s} }}"\n      debug:`,
  (s) => `- debug: {msg: "{{ item }}"}\n      loop: ["{{ ${s} }}", b]`,
  (s) => `- assert: {that: "${s} == 'no'", fail_msg: "not {{ ${s} }}"}\n      ignore_errors: true`,
  (s) => `- set_fact: {other: "<{{ ${s} }}>"}\n    - debug: {var: other}`,
  (s) => `- set_fact: {new_password: "{{ ${s} }}-new"}\n    - debug: {msg: "{{ new_password }}"}`,
  (s) => `- command: env\n      environment: {X: "{{ ${s} }}"}`,
  (s) =>
    `- command: {argv: [echo, "{{ ${s} }}"]}\n      no_log: true\n      register: r\n    - debug: {var: r.stdout_lines}`,
  (s) => `- block:\n        - fail: {msg: "{{ ${s} }}"}\n      rescue:\n        - debug: {var: ansible_failed_result}`,
  (s) => `- fail: {msg: "{{ ${s} }}"}`,
  (s) => `- sysctl: {net.ipv4.ip_forward: "{{ ${s} }}"}\n      ignore_errors: true`,
  (s) => `- include_tasks: inner.yml\n      vars: {told: "{{ ${s} | upper }}!"}`,
  (s) =>
    `- command: {argv: [echo, "{{ ${s} }}9"]}\n      register: first\n      no_log: true\n    - debug: {msg: "{{ late_token }}"}\n      vars: {late_token: "late {{ first.stdout }}"}`,
]
/** They are found before a host hears of them, and told. */
const mistakes: readonly ((s: Name) => string)[] = [
  (s) => `- copy: {dest: /tmp/x, content: a, mode: "{{ ${s} }}"}`,
  (s) => `- service: {name: "{{ ${s} }}", state: started}`,
  (s) => `- debug: {msg: "{{ nowhere }} ${s}"}`,
]

const options = fc.record({
  output: fc.constantFrom('plain', 'ndjson', 'json'),
  verbose: fc.constantFrom([], ['-v'], ['-vvv']),
  diff: fc.constantFrom([], ['--diff']),
  check: fc.constantFrom([], [], ['--check']),
})

describe.skipIf(skipped)('with a real host', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 1 })
    mkdirSync(join(fleet.inventory, 'group_vars'), { recursive: true })
    writeFileSync(join(fleet.folder, 'vault-password'), vaultPassword)
    fleet.write('inner.yml', '- debug: {msg: "{{ inner_token }}"}\n  vars: {inner_token: "{{ told }}"}\n')
  })
  afterAll(() => fleet?.down())

  test('no secret stands in any output, whatever a playbook tries', { timeout: 600_000 }, async () => {
    const one = (of: typeof tellers) => fc.tuple(fc.constantFrom(...of), fc.constantFrom(...names))
    const tasks = fc
      .tuple(fc.array(one(tellers), { minLength: 1, maxLength: 5 }), fc.option(one(mistakes), { freq: 1 }))
      .map(([right, wrong]) => (wrong === null ? right : [...right, wrong]))
    const values = fc.tuple(secret, secret, secret, secret, secret)
    await fc.assert(
      fc.asyncProperty(tasks, values, options, async (told, secrets, { output, verbose, diff, check }) => {
        const [vaulted, db, token, become, inner] = secrets
        const vars = join(fleet.inventory, 'group_vars/realserver')
        writeFileSync(
          `${vars}.yml`,
          `vaulted: !vault |\n${vault(vaulted, vaultPassword).replace(/^(?=.)/gm, '  ')}\ndb_password: ${JSON.stringify(db)}\nansible_become_password: ${JSON.stringify(become)}\nkept: {inner_pass: ${JSON.stringify(inner)}}\n`,
        )
        const body = told.map(([tell, name]) => `    ${tell(name)}\n`).join('')
        const book = fleet.write('tell.yml', `- hosts: realserver\n  tasks:\n${body}`)
        const state = join(fleet.folder, 'secret-state')
        rmSync(state, { recursive: true, force: true })
        const junit = join(fleet.folder, 'junit.xml')
        rmSync(junit, { force: true })
        const words = [
          '-e',
          JSON.stringify({ api_token: token }),
          '--vault-password-file',
          'vault-password',
          '--junit',
          junit,
        ]
        const argv = [...words, '-i', fleet.inventory, '--output', output, ...verbose, ...diff, ...check] as const
        const ended = await command([process.execPath, cli, 'run', book, ...argv], {
          env: { XDG_STATE_HOME: state, NO_COLOR: '1', CI: '' },
          cwd: fleet.folder,
        })
        const kept = readdirSync(fleet.folder)
          .filter((name) => name === 'secret-state')
          .flatMap(() => readdirSync(state, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile())
          .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
        const report = ended.code === 5 ? '' : readFileSync(junit, 'utf8')
        const all = [ended.stdout, ended.stderr, report, ...kept]
        expect([0, 2, 5]).toContain(ended.code)
        for (const value of [...secrets, vaultPassword])
          for (const form of forms(value))
            for (const text of all) if (text.includes(form)) expect.fail(`${form} (${value}) stands in\n${text}`)
      }),
      { seed, numRuns: runs, endOnFailure: true },
    )
  })
})
