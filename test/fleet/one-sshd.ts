import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Running, startRun } from './fleet.ts'
import type { Sshd } from './sshd.ts'

/** A folder with an inventory of hosts that are all served by test servers on loopback. */
export interface Runs {
  readonly folder: string
  write(name: string, text: string): string
  /** `ipvs-play run PLAY ARGS…` on them. */
  start(play: string, ...args: readonly string[]): Running
  remove(): void
}

/** What one host of the inventory is: by default root on that sshd, with its key. */
export type HostVars = Readonly<Record<string, string | number | boolean>>

/** The variables with which a host is reached on this server. */
export const varsOf = ({ port, target, dir }: Sshd): HostVars => ({
  ansible_host: '127.0.0.1',
  ansible_port: port,
  ansible_user: 'root',
  ansible_ssh_private_key_file: target.identityFiles[0] ?? '',
  ansible_ssh_common_args: `-o UserKnownHostsFile=${join(dir, 'known_hosts')} -o IdentitiesOnly=yes`,
})

export const runsOn = (hosts: Readonly<Record<string, HostVars>>): Runs => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-runs-'))
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const inventory = write('hosts.json', JSON.stringify({ all: { hosts } }))
  const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '', NO_COLOR: '1' }
  return {
    folder,
    write,
    start: (play, ...args) =>
      startRun(['run', write('play.yml', play), '-i', inventory, '--output', 'ndjson', ...args], { env, cwd: folder }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
