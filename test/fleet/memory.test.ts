import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { part } from '../part.ts'
import { command } from './fleet.ts'
import { lacks } from './needs.ts'
import { makeKey } from './sshd.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const many = part('memory: connections in flight at once', 1000, 150)
/** MiB for a thousand. */
const limit = 256

test.skipIf(lacks('memory', 'ssh'))(
  `${many} connections in flight stay under ${limit} MiB`,
  { timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-memory-'))
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const hostKey = makeKey(folder, 'host')
    const server = spawn(process.execPath, [join(import.meta.dirname, 'many-logins.mjs'), `${many}`, hostKey], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const lines = createInterface({ input: server.stdout })
      const [first] = await once(lines, 'line')
      const ports: readonly number[] = JSON.parse(first)
      const shown = readFileSync(`${hostKey}.pub`, 'utf8')
      const knownHosts = write('known_hosts', ports.map((port) => `[127.0.0.1]:${port} ${shown}`).join(''))
      const key = makeKey(folder, 'user')
      const how = `ansible_host=127.0.0.1 ansible_user=root ansible_ssh_private_key_file=${key} ansible_ssh_common_args="-o UserKnownHostsFile=${knownHosts} -o IdentitiesOnly=yes"`
      const inventory = write('hosts', ports.map((port, at) => `rs${at} ansible_port=${port} ${how}\n`).join(''))
      const book = write('look.yml', '- hosts: all\n  tasks:\n    - sysctl: {net.ipv4.ip_forward: 1}\n')
      // The peak of the whole life, which only the process itself knows at its end.
      const tell = write(
        'tell.cjs',
        `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)))`,
      )
      const peak = join(folder, 'peak')
      const argv = [
        'run',
        book,
        '--check',
        '-i',
        inventory,
        '-f',
        `${many}`,
        '--timeout',
        '120',
        '--output',
        'plain',
      ] as const
      const env = { NODE_OPTIONS: `--require ${tell}`, PEAK: peak, XDG_STATE_HOME: join(folder, 'state'), CI: '' }
      const [ended] = await Promise.all([command([process.execPath, cli, ...argv], { env }), once(lines, 'line')])
      expect(ended.code, ended.stdout.slice(-2000) + ended.stderr).toBe(0)
      const mebibytes = Number(readFileSync(peak, 'utf8')) / 1024
      expect(mebibytes).toBeLessThan(limit)
    } finally {
      const closed = once(server, 'close')
      server.stdin.end()
      await closed
      rmSync(folder, { recursive: true })
    }
  },
)
