import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { enterHost, loginEnvironment } from '../../src/lab/enter.ts'
import type { RunEvent, Status } from '../../src/model/event.ts'
import { wrongEvent } from '../events-schema.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

/** What a command came to. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export const command = (
  argv: readonly [string, ...string[]],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const [file, ...args] = argv
    const child = spawn(file, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.on('error', () => {}).end(options.input ?? '')
  })

/** A run that prints NDJSON, with its events. */
export interface RunEnded extends Ended {
  readonly events: readonly RunEvent[]
  /** Status of each task of a host, in order: `['changed', 'ok']`. */
  statuses(host: string): readonly Status[]
  /** Differences of a host as `what: from → to`, in order. */
  differences(host: string): readonly string[]
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves with the first event that fits; rejects when the run ends before. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent>
  readonly ended: Promise<RunEnded>
}

/** A lab of its own, in a scratch folder; it ends with this process, however that ends. */
export interface Fleet {
  readonly folder: string
  readonly inventory: string
  /** Its network namespace is the switch: `nsenter -t PID -n`. */
  readonly switchPid: number
  readonly hosts: readonly {
    readonly name: string
    readonly address: string
    readonly mac: string
    readonly port: number
  }[]
  /** Writes a file into the folder: a playbook, variables. @returns its path */
  write(name: string, text: string): string
  /** `ipvs-play ARGS…` in the folder. */
  ipvsPlay(...args: readonly string[]): Promise<Ended>
  /** `ipvs-play run ARGS… -i INVENTORY --output ndjson` in the folder; playbooks of the project by absolute path. */
  run(...args: readonly string[]): Promise<RunEnded>
  start(...args: readonly string[]): Running
  /** A shell script inside a host, as root. */
  exec(host: string, script: string): Promise<Ended>
  reboot(host: string): Promise<void>
  down(): Promise<void>
}

export const playbooks = join(import.meta.dirname, '../../playbooks')

/** Brings a lab up with `lab up --attached`. */
export const bringUp = async (
  options: { directors?: number; realservers?: number; server?: 'openssh' | 'embedded'; more?: readonly string[] } = {},
): Promise<Fleet> => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-fleet-'))
  const lab = join(folder, 'lab')
  const { directors = 1, realservers = 4, server = 'auto', more = [] } = options
  const args = [
    'lab',
    'up',
    '--attached',
    '--dir',
    lab,
    '--directors',
    `${directors}`,
    '--realservers',
    `${realservers}`,
    '--server',
    server,
    ...more,
  ]
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  await upOrNot(child, folder)
  const state = JSON.parse(readFileSync(join(lab, 'lab.json'), 'utf8'))
  const inventory = join(lab, 'inventory')
  const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '', NO_COLOR: '1' }
  const ipvsPlay = (...words: readonly string[]) => command([process.execPath, cli, ...words], { env, cwd: folder })
  const start = (...words: readonly string[]) =>
    startRun(['run', ...words, '-i', inventory, '--output', 'ndjson'], { env, cwd: folder })
  return {
    folder,
    inventory,
    switchPid: state.server.pid,
    hosts: state.hosts,
    write: (name, text) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    ipvsPlay,
    start,
    run: (...words) => start(...words).ended,
    exec: (host, script) => inside(lab, host, script),
    reboot: async (host) => {
      const { code, stderr } = await ipvsPlay('lab', 'reboot', '--dir', lab, host)
      if (code !== 0) throw new Error(stderr)
    },
    down: async () => {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      if (child.exitCode === null) await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What `lab exec` does, without a second node: tests look into hosts often. */
const inside = (lab: string, host: string, script: string): Promise<Ended> => {
  const state = JSON.parse(readFileSync(join(lab, 'lab.json'), 'utf8'))
  const pid = state.hosts.find(({ name }: { name: string }) => name === host)?.init?.pid
  if (pid === undefined) throw new Error(`no host ${host} that is on`)
  return command([...enterHost(pid), '/bin/sh', '-c', 'cd; exec /bin/sh -c "$1"', 'sh', script], {
    env: loginEnvironment(),
  })
}

const upOrNot = (child: ChildProcess, folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    const hear = (text: string) => {
      said += text
      if (/^ {2}ipvs-play lab down --dir /m.test(said)) resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', hear)
    child.stderr?.setEncoding('utf8').on('data', hear)
    child.on('close', (code) => {
      rmSync(folder, { recursive: true, force: true })
      reject(new Error(`the lab did not come up (${code}): ${said}`))
    })
  })

/** Starts the CLI with NDJSON output. */
export const startRun = (args: readonly string[], options: { env: Record<string, string>; cwd: string }): Running => {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const events: RunEvent[] = []
  const waiting = new Set<{
    fits: (event: RunEvent) => boolean
    resolve: (event: RunEvent) => void
    reject: (cause: Error) => void
  }>()
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    stdout += `${line}\n`
    const event = JSON.parse(line) as RunEvent
    events.push(event)
    for (const one of waiting) {
      if (!one.fits(event)) continue
      waiting.delete(one)
      one.resolve(event)
    }
  })
  const read = new Promise<void>((resolve) => lines.once('close', resolve))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const ended = Promise.all([exited, read]).then(([code]) => {
    // Every run of every fleet test is held to the published schema.
    for (const event of events) {
      const wrong = wrongEvent(event)
      if (wrong !== undefined) throw new Error(`against docs/events.schema.json: ${wrong}\n${JSON.stringify(event)}`)
    }
    for (const { reject } of waiting) reject(new Error(`the run ended (${code}) before that event\n${stdout}${stderr}`))
    return { code, stdout, stderr, events, statuses: statusesOf(events), differences: differencesOf(events) }
  })
  return {
    child,
    ended,
    event: (fits) => {
      const past = events.find(fits)
      if (past !== undefined) return Promise.resolve(past)
      return new Promise((resolve, reject) => waiting.add({ fits, resolve, reject }))
    },
  }
}

const tasksOf = (events: readonly RunEvent[], host: string) =>
  events.flatMap((event) =>
    event.type === 'task-finished' && event.host === host && event.item === undefined ? [event] : [],
  )

const statusesOf = (events: readonly RunEvent[]) => (host: string) => tasksOf(events, host).map(({ status }) => status)

const differencesOf = (events: readonly RunEvent[]) => (host: string) =>
  tasksOf(events, host).flatMap(({ differences }) =>
    differences.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
  )
