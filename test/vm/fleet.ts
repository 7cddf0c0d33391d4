import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inventoryText, knownHostsText, labPaths, type ReachableHost, sshConfigText } from '../../src/lab/files.ts'
import { type LabHost, planFleet } from '../../src/lab/fleet.ts'
import { command, type Ended, type RunEnded, type Running, startRun } from '../fleet/fleet.ts'
import { freePort, makeKey } from '../fleet/sshd.ts'
import { prepareImage } from './image.ts'
import { boot, type MachineHost } from './machine.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

/** What must be here for a machine, as `lacks` names it. */
export const needsOfMachine = ['root', 'qemu', 'busybox', 'ssh'] as const

/** Clients of the VIP live on this host, which the inventory does not list. */
const client: LabHost = {
  group: 'realserver',
  name: 'client',
  address: '10.88.21.1',
  address6: 'fd88::15:1',
  mac: '02:88:0a:58:15:01',
}

/**
 * A fleet on a kernel of its own that has ip_vs: directors lb1…, real servers rs1… and `client`, all inside one machine,
 * each with an IPVS table, an SSH server and a disk of its own. Addresses are those of `ipvs-play lab`.
 */
export interface MachineFleet {
  readonly folder: string
  readonly inventory: string
  readonly vip: string
  readonly vip6: string
  readonly hosts: readonly MachineHost[]
  /** Writes a file into the folder. @returns its path */
  write(name: string, text: string): string
  /** `ipvs-play ARGS…` in the folder, outside of the machine. */
  ipvsPlay(...args: readonly string[]): Promise<Ended>
  /** `ipvs-play run ARGS… -i INVENTORY --output ndjson`. */
  run(...args: readonly string[]): Promise<RunEnded>
  start(...args: readonly string[]): Running
  /** A shell script on a host, as root, over SSH. */
  exec(host: string, script: string): Promise<Ended>
  powerCut(host: string): Promise<void>
  /** Boots a host that is off, from its disk. */
  powerOn(host: string): Promise<void>
  down(): Promise<void>
}

export const bringUpMachine = async (
  size: { readonly directors?: number; readonly realservers?: number } = {},
): Promise<MachineFleet> => {
  const image = prepareImage()
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-vm-'))
  const planned = planFleet({ directors: size.directors ?? 2, realservers: size.realservers ?? 3 })
  const paths = labPaths(folder)
  mkdirSync(join(folder, 'keys'))
  mkdirSync(paths.inventoryDirectory)
  makeKey(folder, 'id_ed25519')
  const reached = async (host: LabHost): Promise<ReachableHost> => {
    const hostKey = readFileSync(`${makeKey(join(folder, 'keys'), host.name)}.pub`, 'utf8')
    return { ...host, port: await freePort(), hostKey: hostKey.split(' ', 2).join(' ') }
  }
  const fleet = await Promise.all(planned.map(reached))
  const hosts = [...fleet, await reached(client)]
  writeFileSync(join(folder, 'keys/authorized_keys'), readFileSync(paths.publicKey))
  writeFileSync(paths.inventory, inventoryText(paths, fleet))
  writeFileSync(paths.knownHosts, knownHostsText(hosts))
  writeFileSync(paths.sshConfig, sshConfigText(paths, hosts))
  const machine = await boot(image, hosts, join(folder, 'keys')).catch((error) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '', NO_COLOR: '1' }
  const start = (...words: readonly string[]) =>
    startRun(['run', ...words, '-i', paths.inventoryDirectory, '--output', 'ndjson'], { env, cwd: folder })
  // One connection a host, kept: a handshake costs an emulated machine half a second.
  const ssh = (host: string, ...more: readonly string[]): readonly ['ssh', ...string[]] => [
    'ssh',
    ...[
      '-F',
      paths.sshConfig,
      '-o',
      'ControlMaster=auto',
      '-o',
      `ControlPath=${folder}/to-%n`,
      '-o',
      'ControlPersist=yes',
    ],
    ...more,
    host,
  ]
  return {
    folder,
    inventory: paths.inventoryDirectory,
    vip: '10.88.0.100',
    vip6: 'fd88::100',
    hosts,
    write: (name, text) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    ipvsPlay: (...words) => command([process.execPath, cli, ...words], { env, cwd: folder }),
    start,
    run: (...words) => start(...words).ended,
    exec: (host, script) => command([...ssh(host), 'exec /bin/sh -s'], { input: `${script}\n` }),
    powerCut: async (host) => {
      await machine.off(host)
      await command(ssh(host, '-O', 'exit'))
    },
    powerOn: machine.on,
    down: async () => {
      for (const { name } of hosts) await command(ssh(name, '-O', 'exit'))
      await machine.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
