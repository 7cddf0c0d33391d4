import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, command, type Ended, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { type ProcessWatch, watchProcesses } from './process-watch.ts'
import { forms, vault } from './secret-writing.ts'

// Everything is run with secrets that we know; afterwards they are looked for everywhere.

const skipped = lacks('the search for secrets', 'root', 'ip', 'unshare', 'sshd', 'sudo')
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

const secrets = {
  become: 'b3come-Pa55-w0rd',
  'wrong become': 'wr0ng-b3come-Pa55',
  vaulted: 'v4ulted-V4lue-77',
  vault: 'v4ult-Pa55-phrase',
  variable: 'v4riable-T0ken-31',
  login: 'l0gin-Pa55-w0rd-8',
  'wrong login': 'wr0ng-l0gin-Pa55',
}
const wanted = Object.values(secrets)
const everyForm = [...new Set(wanted.flatMap(forms))]
/** It is found, if the watch looks at all. */
const canary = 'c4nary-in-plain-sight'

const book = `- hosts: all
  become: true
  tasks:
    - debug: {msg: "{{ vaulted }} {{ db_password }} {{ api_token }}"}
    - assert: {that: "vaulted == 'something else'", fail_msg: "it is {{ vaulted }}"}
      ignore_errors: true
    - set_fact: {made_token: "{{ api_token }}!"}
    - command: {cmd: cat, stdin: "{{ vaulted }} {{ made_token }}"}
      register: said
    - debug: {var: said.stdout}
    - shell: 'read -r x && echo "got $x" >&2; exit 3'
      args: {stdin: "{{ db_password }}"}
      ignore_errors: true
    - sysctl: {net.ipv4.conf.all.arp_ignore: 1}
    - persist:
    - fail: {msg: "{{ vaulted }}"}
      ignore_errors: true
    - command: sleep 0.5
`

/** What a user may type, with the become password that it sends. */
const runs: readonly (readonly [what: string, become: 'become' | 'wrong become', ...argv: string[]])[] = [
  ['a run with -vvv and a report', 'become', 'run', 'tell.yml', '-vvv', '--diff', '--junit', 'report.xml'],
  ['a run as events', 'become', 'run', 'tell.yml', '--output', 'ndjson'],
  ['a check', 'become', 'run', 'tell.yml', '--check', '--diff', '-v', '--output', 'json'],
  ['a become that fails', 'wrong become', 'run', 'tell.yml', '-vvv'],
  ['lists', 'become', 'run', 'tell.yml', '--list-tasks'],
  ['ping', 'become', 'ping', 'all', '-vvv', '-b'],
  ['a login by password', 'become', 'ping', 'all', '-vvv', '-e', '@login.yml'],
  ['a login by a wrong password', 'become', 'ping', 'all', '-vvv', '-e', '@wrong-login.yml'],
  ['ping with a wrong password', 'wrong become', 'ping', 'all', '-vvv', '-b', '--output', 'json'],
]

describe.skipIf(skipped)('a secret that was used', () => {
  let fleet: Fleet
  let watch: ProcessWatch
  const ended = new Map<string, Ended>()
  const home = () => join(fleet.folder, 'home')

  beforeAll(async () => {
    const more = ['--sshd-option', 'PasswordAuthentication yes']
    fleet = await bringUp({ directors: 1, realservers: 2, server: 'openssh', more })
    for (const { name } of fleet.hosts) {
      const rule = `echo 'ops ALL=(ALL) ALL' >/etc/sudoers.d/ops`
      for (const [user, secret] of [
        ['ops', secrets.become],
        ['walker', secrets.login],
      ] as const) {
        const hash = await command(['openssl', 'passwd', '-6', '-stdin'], { input: secret })
        await fleet.exec(name, `useradd -m -s /bin/sh ${user} && usermod -p '${hash.stdout.trim()}' ${user} && ${rule}`)
      }
    }
    mkdirSync(join(fleet.inventory, 'group_vars'), { recursive: true })
    const vaulted = vault(secrets.vaulted, secrets.vault).replace(/^(?=.)/gm, '  ')
    writeFileSync(
      join(fleet.inventory, 'group_vars/all.yml'),
      `vaulted: !vault |\n${vaulted}\ndb_password: ${secrets.variable}\napi_token: ${secrets.variable}-2\n`,
    )
    fleet.write('tell.yml', book)
    const byPassword = `ansible_user: walker
ansible_become: false
ansible_ssh_common_args: -o UserKnownHostsFile=${join(fleet.folder, 'lab/known_hosts')} -o PubkeyAuthentication=no
`
    fleet.write('login.yml', `${byPassword}ansible_password: ${secrets.login}\n`)
    fleet.write('wrong-login.yml', `${byPassword}ansible_password: ${secrets['wrong login']}\n`)
    const files = {
      become: fleet.write('become', secrets.become),
      'wrong become': fleet.write('wrong', secrets['wrong become']),
    }
    const vaultFile = fleet.write('vault-password', secrets.vault)
    watch = await watchProcesses([...everyForm, canary])
    const sighted = spawn('sh', ['-c', 'read -r x', canary], { stdio: ['pipe', 'ignore', 'ignore'] })
    await watch.sweep()
    sighted.stdin.end()
    const env = {
      HOME: home(),
      XDG_STATE_HOME: join(home(), 'state'),
      XDG_CACHE_HOME: join(home(), 'cache'),
      TMPDIR: join(home(), 'tmp'),
      NO_COLOR: '1',
      CI: '',
    }
    mkdirSync(env.TMPDIR, { recursive: true })
    for (const [what, become, ...argv] of runs) {
      const user = what.startsWith('a login') ? [] : ['-u', 'ops']
      const how = [...user, '--become-password-file', files[become], '--vault-password-file', vaultFile]
      const words = [...argv, '-i', fleet.inventory, ...how] as const
      ended.set(what, await command([process.execPath, cli, ...words], { env, cwd: fleet.folder }))
    }
    const lint = ['lint', 'tell.yml', '-i', fleet.inventory, '--vault-password-file', vaultFile] as const
    ended.set('lint', await command([process.execPath, cli, ...lint], { env, cwd: fleet.folder }))
  }, 300_000)
  afterAll(() => fleet?.down())

  const initOf = async (host: string): Promise<string> => {
    const state = JSON.parse(readFileSync(join(fleet.folder, 'lab/lab.json'), 'utf8'))
    return String(state.hosts.find(({ name }: { name: string }) => name === host).init.pid)
  }
  /** Which of them stand in a text. */
  const found = (text: string): readonly string[] => everyForm.filter((form) => text.includes(form))

  test('was used: the runs did what they should', () => {
    const codes = [...ended].map(([what, { code }]) => [what, code])
    expect(Object.fromEntries(codes)).toEqual({
      'a run with -vvv and a report': 0,
      'a run as events': 0,
      'a check': 0,
      'a become that fails': 6,
      lists: 0,
      ping: 0,
      'a login by password': 0,
      'a login by a wrong password': 4,
      'ping with a wrong password': 2,
      lint: 0,
    })
  })

  test('stands in no output', () => {
    for (const [what, { stdout, stderr }] of ended) expect(found(stdout + stderr), what).toEqual([])
  })

  test('stands in no file that a run left on the controller', () => {
    const left = readdirSync(home(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const files = [...left.map(({ parentPath, name }) => join(parentPath, name)), join(fleet.folder, 'report.xml')]
    expect(files.filter((file) => file.endsWith('journal.ndjson'))).not.toEqual([])
    for (const file of files) expect(found(readFileSync(file, 'latin1')), file).toEqual([])
  })

  test('stands in no file of a host', async () => {
    for (const { name } of fleet.hosts) {
      // What the host changed on its disk, and what is new at each boot.
      const upper = join(fleet.folder, 'lab/disks', name, 'upper')
      const patterns = everyForm.map((form) => `${form}\n`).join('')
      const search = (way: readonly string[], ...places: readonly string[]): Promise<Ended> =>
        command(['nsenter', ...way, 'grep', '-rlaF', '--devices=skip', '-f', '-', ...places], { input: patterns })
      const disk = ['-t', String(fleet.switchPid), '-m'] as const
      expect(await command(['nsenter', ...disk, 'find', upper, '-name', '99-zz-ipvs-play.conf'])).toMatchObject({
        stdout: expect.stringContaining('/etc/sysctl.d/'),
      })
      expect(await search(disk, upper), name).toEqual({ code: 1, stdout: '', stderr: '' })
      expect(await search(['-t', await initOf(name), '-m'], '/run', '/tmp', '/dev/shm'), name).toMatchObject({
        stdout: '',
      })
    }
  })

  test('stood on no command line and in no environment, of any process, at any time', async () => {
    const { sweeps, seen } = await watch.end()
    expect(seen.filter(({ text }) => text === canary)).not.toEqual([])
    expect(sweeps).toBeGreaterThan(runs.length)
    expect(seen.filter(({ text }) => text !== canary)).toEqual([])
  })
})
