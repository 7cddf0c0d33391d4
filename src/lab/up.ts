/** `lab up`: files, doors, the server, and the wait until every host answers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { awaitBanner } from './banner.ts'
import { endLab, removeFiles } from './down.ts'
import { forEachOf } from './each.ts'
import { newSwitch } from './enter.ts'
import { inventoryText, knownHostsText, type LabPaths, labPaths, type ReachableHost, sshConfigText } from './files.ts'
import { type LabHost, planFleet } from './fleet.ts'
import type { FromServer, LabOrder, ToServer } from './messages.ts'
import { generateOpenSshKey } from './openssh-key.ts'
import { chooseServer, type ServerWish, thisMachine, whatIsMissing } from './requirements.ts'
import { LabProblem, toolPath } from './run-command.ts'
import { bootId, isRunning, type LabState, processId, readState, type ServerKind } from './state.ts'

export interface UpWish {
  readonly directory: string
  readonly directors: number
  readonly realservers: number
  readonly server: ServerWish
  /** Lines for every host's sshd_config, before the lab's own. */
  readonly sshdOptions: readonly string[]
}

export interface UpLab {
  readonly state: LabState
  /** It ran before. */
  readonly found: boolean
  /** Lets it outlive this process. Without this the lab ends with it. */
  keep(): Promise<void>
}

/** Throws a LabProblem, one sentence, when this machine cannot do it; nothing of the lab is left then. */
export const bringLabUp = async (wish: UpWish, signal: AbortSignal): Promise<UpLab> => {
  const missing = whatIsMissing(thisMachine())
  if (missing !== undefined) throw new LabProblem(missing)
  const ssh = chooseServer(wish.server, thisMachine())
  const paths = labPaths(wish.directory)
  const claim = claimDirectory(paths, ssh)
  if (claim.kind === 'up') return { state: claim.state, found: true, keep: async () => {} }
  let server: ChildProcess | undefined
  let doors: readonly Door[] = []
  try {
    doors = await openDoors(planFleet(wish))
    const order = writeFiles(doors, { paths, wish, ssh, ownsDirectory: claim.ownsDirectory })
    server = startServer(paths)
    const trouble = troubleWith(server, paths, signal)
    await Promise.race([trouble, said(server, 'listening')])
    await Promise.race([trouble, handOver(server, order, doors)])
    await Promise.race([trouble, said(server, 'ready')])
    await forEachOf(order.hosts, 50, (host) => awaitBanner(host.port, host.name, signal))
    const state = readState(paths.state)
    if (state === undefined) throw new LabProblem(`the lab's ${paths.state} is gone`)
    const kept = server
    return { state, found: false, keep: () => Promise.race([trouble, keep(kept)]) }
  } catch (error) {
    for (const { listener } of doors) listener.close()
    if (server?.pid !== undefined) await endLab({ server: processId(server.pid), hosts: [] })
    removeFiles(paths, claim.ownsDirectory)
    throw error
  }
}

type Claim =
  | { readonly kind: 'up'; readonly state: LabState }
  | { readonly kind: 'ours'; readonly ownsDirectory: boolean }

/** One lab to a directory: whoever creates lab.json has it. What a dead lab left is removed first. */
const claimDirectory = (paths: LabPaths, ssh: ServerKind): Claim => {
  const old = readState(paths.state)
  if (old !== undefined) {
    if (isRunning(old) && old.ready) return { kind: 'up', state: old }
    if (isRunning(old))
      throw new LabProblem(`another \`lab up\` is at work in ${paths.directory} (PID ${old.server.pid})`)
    removeFiles(paths, old.ownsDirectory)
  }
  const ownsDirectory = mkdirSync(paths.directory, { recursive: true, mode: 0o700 }) !== undefined
  const self = processId(process.pid)
  if (self === undefined) throw new Error('/proc does not show this process')
  const state: LabState = { version: 1, bootId: bootId(), server: self, ready: false, ssh, ownsDirectory, hosts: [] }
  try {
    writeFileSync(paths.state, JSON.stringify(state), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw new LabProblem(`cannot have a lab in ${paths.directory}: ${(error as Error).message}`)
  }
  return { kind: 'ours', ownsDirectory }
}

interface Door {
  readonly host: LabHost
  readonly port: number
  readonly listener: Server
}

/** Free ports on 127.0.0.1, one a host, in the network namespace of this process. */
const openDoors = (hosts: readonly LabHost[]): Promise<readonly Door[]> =>
  Promise.all(
    hosts.map(
      (host) =>
        new Promise<Door>((resolve, reject) => {
          const listener = createServer()
          listener.once('error', (error) => reject(new LabProblem(`cannot listen on 127.0.0.1: ${error.message}`)))
          listener.listen({ host: '127.0.0.1', port: 0 }, () => {
            const address = listener.address()
            if (address === null || typeof address === 'string') reject(new Error('a TCP listener has no port'))
            else resolve({ host, port: address.port, listener })
          })
        }),
    ),
  )

const writeFiles = (
  doors: readonly Door[],
  { paths, wish, ssh, ownsDirectory }: { paths: LabPaths; wish: UpWish; ssh: ServerKind; ownsDirectory: boolean },
): LabOrder => {
  const clientKey = generateOpenSshKey('ipvs-play lab')
  const keyed = doors.map(({ host, port }) => ({ host, port, key: generateOpenSshKey(host.name) }))
  const hosts: readonly ReachableHost[] = keyed.map(({ host, port, key }) => ({
    ...host,
    port,
    hostKey: key.publicLine,
  }))
  mkdirSync(paths.inventoryDirectory, { recursive: true, mode: 0o700 })
  mkdirSync(paths.disks, { recursive: true, mode: 0o700 })
  const put = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 })
  put(paths.inventory, inventoryText(paths, hosts))
  put(paths.knownHosts, knownHostsText(hosts))
  rmSync(paths.privateKey, { force: true }) // an old one might have another mode
  put(paths.privateKey, clientKey.privateText)
  put(paths.publicKey, `${clientKey.publicLine} ipvs-play lab\n`)
  put(paths.sshConfig, sshConfigText(paths, hosts))
  return {
    directory: paths.directory,
    ownsDirectory,
    ssh,
    sshdOptions: wish.sshdOptions,
    clientKey: clientKey.publicLine,
    hosts: keyed.map(({ host, port, key }) => ({ ...host, port, privateKey: key.privateText })),
  }
}

/** This program again, as `lab serve`, in new namespaces and a session of its own. */
const startServer = (paths: LabPaths): ChildProcess => {
  const log = openSync(paths.log, 'w', 0o600)
  const [program, ...args] = newSwitch
  const self = [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'lab', 'serve', paths.directory]
  const server = spawn(program, [...args, ...self], {
    cwd: '/',
    detached: true,
    env: { ...process.env, PATH: toolPath(), NODE_OPTIONS: '' },
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  return server
}

const handOver = async (server: ChildProcess, order: LabOrder, doors: readonly Door[]): Promise<void> => {
  const send = (message: ToServer, listener?: Server): Promise<void> =>
    new Promise((resolve, reject) => {
      server.send(message, listener, (error) => (error === null ? resolve() : reject(error)))
    })
  await send({ kind: 'order', order })
  for (const { host, listener } of doors) {
    await send({ kind: 'door', host: host.name }, listener)
    listener.close()
  }
}

const said = (server: ChildProcess, kind: FromServer['kind']): Promise<void> =>
  new Promise((resolve) => {
    server.on('message', (message: FromServer) => {
      if (message.kind === kind) resolve()
    })
  })

/** Never resolves; rejects with a LabProblem when the server fails or ends, or when `signal` gives up. */
const troubleWith = (server: ChildProcess, paths: LabPaths, signal: AbortSignal): Promise<never> => {
  const trouble = new Promise<never>((_, reject) => {
    const cannot = (why: string): void => reject(new LabProblem(`this machine cannot hold a lab: ${why}`))
    server.on('message', (message: FromServer) => {
      if (message.kind === 'failed') cannot(message.reason)
    })
    server.on('error', (error) => cannot(error.message))
    server.on('exit', () => cannot(lastLine(paths.log)))
    const giveUp = (): void => reject(new LabProblem('interrupted'))
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
  })
  trouble.catch(() => {}) // whoever races with it hears of it; later it is of no interest
  return trouble
}

const lastLine = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').at(-1) || 'its server ended'
  } catch {
    return 'its server ended'
  }
}

const keep = async (server: ChildProcess): Promise<void> => {
  const kept = said(server, 'kept')
  server.send({ kind: 'keep' } satisfies ToServer)
  await kept
  server.disconnect()
  server.unref()
}
