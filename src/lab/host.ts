/** One host while it runs: boot, and end. In the server only. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { plugIn } from './bridge.ts'
import type { Layer } from './disks.ts'
import { newHost } from './enter.ts'
import type { LabHost } from './fleet.ts'
import { LabProblem, toolPath } from './run-command.ts'
import { type ProcessId, processId, type ServerKind } from './state.ts'

export interface RunningHost {
  readonly init: ProcessId
  readonly booted: Date
  /** Resolves when it is off, whoever ended it. */
  readonly off: Promise<void>
  /** Pulls the plug; resolves when every process of it is gone. */
  end(): Promise<void>
}

export interface Ground {
  readonly disks: string
  readonly layers: readonly Layer[]
  readonly ssh: ServerKind
  log(line: string): void
}

/** Boots from what is on the disk. Throws a LabProblem with the host's last words if it does not come up. */
export const bootHost = async (host: LabHost, ground: Ground): Promise<RunningHost> => {
  const child = startInit(host, ground)
  let lastWords = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.includes('dmesg(1)')) lastWords = line
    ground.log(`[${host.name}] ${line}`)
  })
  const off = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const end = async (): Promise<void> => {
    child.stdin.destroy()
    child.kill('SIGKILL')
    await off
  }
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const expectWord = async (word: string): Promise<string> => {
    const line = await said.next()
    const [first, rest = ''] = String(line.value ?? '').split(' ')
    if (!line.done && first === word) return rest
    await end()
    throw new LabProblem(`host ${host.name} does not boot: ${lastWords || 'its init ended without a word'}`)
  }
  const init = processId(Number(await expectWord('born')))
  if (init === undefined) throw new LabProblem(`host ${host.name} does not boot: its init died at once`)
  try {
    await plugIn(host, init.pid)
  } catch (error) {
    await end()
    throw error
  }
  child.stdin.write('plugged in\n')
  await expectWord('up')
  return { init, booted: new Date(), off, end }
}

const startInit = (host: LabHost, ground: Ground) => {
  const [program, ...args] = newHost
  const layers = ground.layers.map(({ path, id }) => `${path}=${id}`)
  const child = spawn(
    program,
    [...args, '/bin/sh', './init', host.name, host.address, host.address6, ground.ssh, ...layers],
    { cwd: ground.disks, env: { PATH: toolPath(''), LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] },
  )
  child.on('error', (error) => ground.log(`[${host.name}] ${error.message}`))
  child.stdin.on('error', () => {}) // it is off
  return child satisfies ChildProcess
}
