/** What other commands do with a lab that runs: look at it, enter a host, reboot one. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { nearest } from '../nearest.ts'
import { askServer } from './control.ts'
import { forEachOf } from './each.ts'
import { enterHost, loginEnvironment } from './enter.ts'
import { labPaths } from './files.ts'
import { LabProblem, runCommand } from './run-command.ts'
import { type HostState, isAlive, isRunning, type LabState, readState } from './state.ts'

/** Undefined: no lab runs in this directory. */
export const findLab = (directory: string): LabState | undefined => {
  const state = readState(labPaths(directory).state)
  return state?.ready && isRunning(state) ? state : undefined
}

export type FoundHost =
  | { readonly kind: 'found'; readonly host: HostState }
  | { readonly kind: 'none'; readonly problem: string }

/** The problem suggests a name. */
export const findHost = (state: LabState, name: string): FoundHost => {
  const host = state.hosts.find((each) => each.name === name)
  if (host !== undefined) return { kind: 'found', host }
  const names = state.hosts.map((each) => each.name)
  const meant = nearest(name, names)
  const hint =
    meant === undefined
      ? `it has ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
      : `did you mean ${meant}?`
  return { kind: 'none', problem: `no host ${name} in this lab; ${hint}` }
}

/** Resolves with its exit code (128 + N: killed by signal N). An empty command is a login shell. Throws a LabProblem when the host is off. */
export const executeInside = (host: HostState, command: readonly string[]): Promise<number> => {
  const pid = initOf(host)
  const [program, ...args] = enterHost(pid)
  const argv = command.length === 0 ? ['/bin/sh', '-l'] : command
  const child = spawn(program, [...args, '/bin/sh', '-c', 'cd; exec "$@"', 'exec', ...argv], {
    env: { ...loginEnvironment(), TERM: process.env.TERM ?? 'dumb' },
    stdio: 'inherit',
  })
  // The terminal sends these to the command too; its end is what counts.
  const ignore = (): void => {}
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const each of ['SIGINT', 'SIGQUIT'] as const) process.off(each, ignore)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

const initOf = (host: HostState): number => {
  if (host.init === undefined || !isAlive(host.init))
    throw new LabProblem(`host ${host.name} is off; \`lab reboot\` switches it on`)
  return host.init.pid
}

/** Comes back when the host is up again. */
export const rebootHost = (directory: string, host: string): Promise<void> =>
  askServer(labPaths(directory).control, { do: 'reboot', host })

/** Addresses on `lo` besides the loopback ones, as `A/P`, of each host that is on. */
export const addressesOnLo = async (hosts: readonly HostState[]): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, readonly string[]>()
  await forEachOf(hosts, 4, async (host) => {
    if (host.init === undefined || !isAlive(host.init)) return
    const listing = await runCommand([
      'nsenter',
      `--target=${host.init.pid}`,
      '--net',
      '--',
      'ip',
      '-o',
      'address',
      'show',
      'dev',
      'lo',
    ])
    found.set(host.name, loopbackGuests(listing.stdout))
  })
  return found
}

/** @param listing of `ip -o address show dev lo` */
export const loopbackGuests = (listing: string): readonly string[] =>
  [...listing.matchAll(/ inet6? (\S+)/g)]
    .map((match) => match[1] ?? '')
    .filter((address) => !/^127\.|^::1\//.test(address))
