import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Image } from './image.ts'

/** A host inside the machine, as its /fleet lists it, and the port on 127.0.0.1 that leads to its SSH server. */
export interface MachineHost {
  readonly name: string
  readonly address: string
  readonly address6: string
  readonly mac: string
  readonly port: number
}

/** A whole machine in QEMU, emulated, so that it needs no KVM. It ends with `stop` or with this process. */
export interface Machine {
  /** Pulls the plug of one host; resolves when it is off. */
  off(host: string): Promise<void>
  /** Boots it again from its disk; resolves when its SSH server listens. */
  on(host: string): Promise<void>
  stop(): Promise<void>
}

const seconds = 90

/** Boots a machine that holds these hosts. @param keys folder with `authorized_keys` and every host's key under its name */
export const boot = async (image: Image, hosts: readonly MachineHost[], keys: string): Promise<Machine> => {
  const folder = join(keys, '..')
  const initrd = join(folder, 'initrd')
  writeInitrd(image, hosts, { keys, initrd })
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...options(image, initrd, hosts)],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  const said = listen(child)
  try {
    await said('FLEET-IS-UP', seconds)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  // QEMU has read it.
  rmSync(initrd)
  const order = (verb: 'on' | 'off') => async (host: string) => {
    const done = said(`DONE ${verb} ${host}`, seconds)
    child.stdin?.write(`${verb} ${host}\n`)
    await done
  }
  return {
    off: order('off'),
    on: order('on'),
    stop: async () => {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await closed
    },
  }
}

/** The kernel takes several archives one after the other: the image, and what is this fleet's own. */
const writeInitrd = (
  image: Image,
  hosts: readonly MachineHost[],
  { keys, initrd }: { keys: string; initrd: string },
): void => {
  const own = join(keys, '../own')
  mkdirSync(own)
  writeFileSync(
    join(own, 'fleet'),
    hosts.map(({ name, address, address6, mac }) => `${name} ${address} ${address6} ${mac}\n`).join(''),
  )
  execFileSync('cp', ['-r', keys, join(own, 'keys')])
  const archive = execFileSync('sh', ['-c', 'find . | busybox cpio -o -H newc 2>/dev/null'], { cwd: own })
  writeFileSync(initrd, Buffer.concat([readFileSync(image.initramfs), archive]))
  rmSync(own, { recursive: true })
}

/**
 * A plain CPU: of `max`, instructions are emulated that cost more than they save, and the clock runs ten times too fast.
 * QEMU's own little network is the gateway: it leads from ports of 127.0.0.1 to the hosts' SSH servers, and `restrict`
 * lets nothing out.
 */
const options = (image: Image, initrd: string, hosts: readonly MachineHost[]): readonly string[] => {
  const doors = hosts.map(({ address, port }) => `hostfwd=tcp:127.0.0.1:${port}-${address}:22`)
  const network = ['user', 'id=net', 'net=10.88.0.0/16', 'host=10.88.0.1', 'dns=10.88.0.3', 'dhcpstart=10.88.0.15']
  return [
    ...['-accel', 'tcg', '-machine', 'q35', '-cpu', 'qemu64', '-smp', '1', '-m', '512'],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    ...['-kernel', image.kernel, '-initrd', initrd],
    ...['-append', 'console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable'],
    ...['-netdev', [...network, 'restrict=on', 'ipv6=off', ...doors].join(','), '-device', 'virtio-net-pci,netdev=net'],
  ]
}

/** Waits for a line of the console; rejects with the console's last lines when the machine ends or time is up. */
const listen = (child: ChildProcess) => {
  const lines: string[] = []
  const waiting = new Map<string, () => void>()
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (raw) => {
      const line = raw.trim()
      lines.push(line)
      waiting.get(line)?.()
    })
  }
  const ended = new Promise<never>((_resolve, reject) => {
    const told = () => reject(new Error(`the machine ended:\n${lines.slice(-20).join('\n')}`))
    child.once('close', told)
    child.once('error', (error) => reject(error))
  })
  ended.catch(() => {})
  return async (line: string, within: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const told = () => reject(new Error(`no ${line} within ${within} s:\n${lines.slice(-20).join('\n')}`))
      timer = setTimeout(told, within * 1000)
    })
    const heard = new Promise<void>((resolve) => waiting.set(line, resolve))
    try {
      await Promise.race([heard, late, ended])
    } finally {
      clearTimeout(timer)
      waiting.delete(line)
    }
  }
}
