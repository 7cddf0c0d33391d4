/** `lab down`: the end of the server is the end of everything; what is left are files. */
import { rmdirSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type LabPaths, labPaths } from './files.ts'
import { LabProblem } from './run-command.ts'
import { type HostState, isAlive, isRunning, type ProcessId, readState } from './state.ts'

/** False: there was no lab in this directory. */
export const takeLabDown = async (directory: string): Promise<boolean> => {
  const paths = labPaths(directory)
  const state = readState(paths.state)
  if (state === undefined) return false
  if (isRunning(state)) await endLab(state)
  removeFiles(paths, state.ownsDirectory)
  return true
}

const politely = 5000
const patience = 15_000

/** Ends the server, by force after 5 s, and waits until it and the hosts' inits are gone. */
export const endLab = async (lab: {
  readonly server: ProcessId | undefined
  readonly hosts: readonly Pick<HostState, 'init'>[]
}): Promise<void> => {
  const all = [lab.server, ...lab.hosts.map((host) => host.init)].filter((id) => id !== undefined)
  const started = Date.now()
  if (lab.server !== undefined && isAlive(lab.server)) process.kill(lab.server.pid, 'SIGTERM')
  while (all.some(isAlive)) {
    const waited = Date.now() - started
    if (waited > patience)
      throw new LabProblem(`processes of the lab do not end: ${all.filter(isAlive).map(({ pid }) => pid)}`)
    if (waited > politely && lab.server !== undefined && isAlive(lab.server)) process.kill(lab.server.pid, 'SIGKILL')
    await delay(10)
  }
}

/** Removes what `lab up` made and nothing else; the directory only if it made that too and it is empty then. */
export const removeFiles = (paths: LabPaths, ownsDirectory: boolean): void => {
  const { state, directory, inventoryDirectory, disks, ...files } = paths
  for (const file of Object.values(files)) rmSync(file, { force: true })
  for (const empty of [inventoryDirectory, disks]) removeEmpty(empty)
  // Last: until here another `lab up` keeps off.
  rmSync(state, { force: true })
  if (ownsDirectory) removeEmpty(directory)
}

const removeEmpty = (directory: string): void => {
  try {
    rmdirSync(directory)
  } catch {
    // Somebody put something in, or it never was.
  }
}
