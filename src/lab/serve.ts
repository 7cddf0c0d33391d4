/** The server: the one process that a lab hangs on. Runs in its own network and mount namespace; started by `lab up`. */
import { existsSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { makeBridge, unplug } from './bridge.ts'
import { type ControlReply, listenForControl } from './control.ts'
import { makeDisk, makeDisks } from './disks.ts'
import { forEachOf } from './each.ts'
import { type LabPaths, labPaths } from './files.ts'
import type { LabHost } from './fleet.ts'
import { letThrough } from './front-door.ts'
import { bootHost, type Ground, type RunningHost } from './host.ts'
import type { FromServer, LabOrder, ToServer } from './messages.ts'
import { LabProblem } from './run-command.ts'
import { bootId, processId, writeState } from './state.ts'

/** Two boots at once keep two cores busy; most of a boot is the kernel's. */
const bootsAtOnce = 4
/** Milliseconds between looks whether the lab's directory is still there. */
const lookEvery = 1000

/** Runs until SIGTERM, until its state file is gone, or until the one who ordered the lab goes away without having said `keep`. */
export const serveLab = async (): Promise<void> => {
  let kept = false
  const running = new Map<string, RunningHost>()
  const end = (): never => {
    // Whatever still lives dies with this process: every init has it as its parent, and the namespaces end with the inits.
    for (const host of running.values()) void host.end()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {})
  process.on('disconnect', () => {
    if (!kept) end()
  })
  process.on('message', (message: ToServer) => {
    if (message.kind !== 'keep') return
    kept = true
    tell({ kind: 'kept' })
  })
  const doors = new Map<string, Server>()
  const order = await receive(doors)
  const paths = labPaths(order.directory)
  try {
    await bringUp(order, { paths, running, doors })
    // Somebody removed the directory: nobody can name this lab any more, to take it down.
    setInterval(() => {
      if (!existsSync(paths.state)) end()
    }, lookEvery)
    tell({ kind: 'ready' })
  } catch (error) {
    console.error(error)
    const known = error instanceof LabProblem
    tell({ kind: 'failed', reason: known ? error.message : `internal error: ${String(error)}` })
  }
}

const tell = (message: FromServer): void => {
  if (process.connected) process.send?.(message)
}

/** The order and a door for each of its hosts. */
const receive = (doors: Map<string, Server>): Promise<LabOrder> =>
  new Promise((resolve) => {
    let order: LabOrder | undefined
    process.on('message', (message: ToServer, handle: unknown) => {
      if (message.kind === 'order') order = message.order
      if (message.kind === 'door') doors.set(message.host, handle as Server)
      if (order !== undefined && doors.size === order.hosts.length) resolve(order)
    })
    tell({ kind: 'listening' })
  })

interface Parts {
  readonly paths: LabPaths
  readonly running: Map<string, RunningHost>
  readonly doors: ReadonlyMap<string, Server>
}

const bringUp = async (order: LabOrder, { paths, running, doors }: Parts): Promise<void> => {
  const layers = await makeDisks(paths.disks, order)
  await makeBridge()
  const ground: Ground = { disks: paths.disks, layers, ssh: order.ssh, log: (line) => console.error(line) }
  const open = new Map<string, Set<Socket>>()
  const serve = order.ssh === 'embedded' ? await embeddedDoors(order, running) : undefined
  let ready = false
  const save = (): void =>
    writeState(paths.state, {
      version: 1,
      bootId: bootId(),
      server: processId(process.pid) ?? unreachable(),
      ready,
      ssh: order.ssh,
      ownsDirectory: order.ownsDirectory,
      hosts: order.hosts.map(({ privateKey: _, ...host }) => {
        const now = running.get(host.name)
        return now === undefined ? host : { ...host, init: now.init, booted: now.booted.toISOString() }
      }),
    })
  const boot = async (host: LabHost): Promise<void> => {
    const up = await bootHost(host, ground)
    running.set(host.name, up)
    void up.off.then(() => {
      if (running.get(host.name) !== up) return
      running.delete(host.name)
      ground.log(`[${host.name}] is off`)
      save()
    })
    if (ready) save()
  }
  await forEachOf(order.hosts, bootsAtOnce, async (host) => {
    makeDisk(paths.disks, layers, host)
    await boot(host)
    const door = doors.get(host.name) ?? unreachable()
    const sockets = new Set<Socket>()
    open.set(host.name, sockets)
    door.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    if (serve === undefined) letThrough(door, host.address, () => running.has(host.name))
    else door.on('connection', serve(host.name))
  })
  ready = true
  save()
  const reboot = async (host: LabHost): Promise<void> => {
    const old = running.get(host.name)
    running.delete(host.name)
    await old?.end()
    for (const socket of open.get(host.name) ?? []) socket.destroy()
    await unplug(host)
    await boot(host)
  }
  rmSync(paths.control, { force: true })
  await listenForControl(paths.control, oneAtATime(order.hosts, reboot))
}

const unreachable = (): never => {
  throw new Error('a lab without itself')
}

const embeddedDoors = async (order: LabOrder, running: ReadonlyMap<string, RunningHost>) => {
  const { createEmbeddedSsh } = await import('./embedded-ssh.ts')
  const servers = new Map(
    order.hosts.map((host) => [
      host.name,
      createEmbeddedSsh({
        hostKey: host.privateKey,
        clientKey: order.clientKey,
        address: host.address,
        init: () => running.get(host.name)?.init.pid,
      }),
    ]),
  )
  return (name: string) => (socket: Socket) => {
    if (running.has(name)) servers.get(name)?.serve(socket)
    else socket.resetAndDestroy()
  }
}

/** A host that reboots is not rebooted; a second asker is told so. */
const oneAtATime = (hosts: readonly LabHost[], reboot: (host: LabHost) => Promise<void>) => {
  const busy = new Set<string>()
  return async (request: { readonly host: string }): Promise<ControlReply> => {
    const host = hosts.find(({ name }) => name === request.host)
    if (host === undefined) return { problem: `no host ${request.host} in this lab` }
    if (busy.has(host.name)) return { problem: `host ${host.name} is rebooting already` }
    busy.add(host.name)
    try {
      await reboot(host)
      return {}
    } catch (error) {
      return { problem: error instanceof LabProblem ? error.message : `internal error: ${String(error)}` }
    } finally {
      busy.delete(host.name)
    }
  }
}
