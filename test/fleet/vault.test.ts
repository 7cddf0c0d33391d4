import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

const skipped = lacks('vaults on a real host', 'root', 'ip', 'unshare')
const vaults = join(import.meta.dirname, '../ansible/vault')
const opened = ['--vault-id', `a@${join(vaults, 'pw')}`, '--vault-id', `prod@${join(vaults, 'pw2')}`]
const secrets = ['inline-secret', 'opensecret-file', 'second-secret', 'prod-file-secret', 'file content secret']

const play = `- hosts: rs1
  vars_files: [${join(vaults, 'prod.yml')}]
  tasks:
    - copy: {dest: /root/from-vault, content: "{{ inline_text }} {{ vaulted_file_text }}", mode: "0600"}
    - copy: {dest: /root/file-of-vault, src: ${join(vaults, 'secret.txt')}}
    - debug: {msg: "{{ vaulted_list }} {{ prod_text }}"}
    - command: {argv: [echo, "{{ inline_text }}"]}
      register: told
    - debug: {msg: "{{ told.stdout }}"}
    - command: {argv: [sh, -c, "echo {{ vaulted_file_text }} >&2; exit 1"]}
`

describe.skipIf(skipped)('values of a vault', () => {
  let fleet: Fleet
  let site: string
  beforeAll(async () => {
    fleet = await bringUp({ directors: 0, realservers: 1, server: 'embedded' })
    cpSync(join(vaults, 'group_vars'), join(fleet.inventory, 'group_vars'), { recursive: true })
    site = fleet.write('site.yml', play)
  })
  afterAll(() => fleet?.down())

  const expectNoSecret = (text: string): void => {
    for (const secret of secrets) expect(text).not.toContain(secret)
  }

  test.each(['plain', 'ndjson', 'json'])('reach the host, and no reader of --output %s', async (output) => {
    const { code, stdout, stderr } = await fleet.ipvsPlay(
      'run',
      site,
      ...['-i', fleet.inventory, ...opened, '-vvv', '-D', '--output', output],
      ...['--junit', join(fleet.folder, 'junit.xml')],
    )
    expect(code, stdout + stderr).toBe(2)
    expect(stdout).toContain('***')
    expectNoSecret(stdout + stderr)
    expectNoSecret(readFileSync(join(fleet.folder, 'junit.xml'), 'utf8'))
    expect((await fleet.exec('rs1', 'cat /root/from-vault')).stdout).toBe('inline-secret opensecret-file')
    expect((await fleet.exec('rs1', 'cat /root/file-of-vault')).stdout).toBe('file content secret\n')
  })

  test('do not stand in the events that a run keeps', () => {
    const runs = join(fleet.folder, 'state/ipvs-play/runs')
    const kept = readdirSync(runs).filter((name) => name !== 'last')
    expect(kept.length).toBeGreaterThan(0)
    for (const run of kept) expectNoSecret(readFileSync(join(runs, run, 'events.ndjson'), 'utf8'))
  })

  test('contact nobody without the password', async () => {
    const { code, events, stderr } = await fleet.run(site)
    expect(code).toBe(5)
    expect(events).toEqual([])
    expect(stderr).toContain('this file is encrypted with Ansible Vault, and no password was given')
  })
})
