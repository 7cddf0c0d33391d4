/** What a machine must have to hold a lab. */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabProblem, toolPath } from './run-command.ts'
import type { ServerKind } from './state.ts'

const tools: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  pivot_root: 'util-linux',
  ip: 'iproute2',
}

export interface Machine {
  readonly platform: string
  readonly uid: number | undefined
  has(program: string): boolean
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.(),
  has: (program) => programPath(program) !== undefined,
})

/** One sentence that names what is missing; undefined: nothing that can be seen without trying. */
export const whatIsMissing = (machine: Machine): string | undefined => {
  if (machine.platform !== 'linux')
    return `a lab is made of Linux namespaces, and this machine runs ${machine.platform}`
  const missing = Object.keys(tools).filter((tool) => !machine.has(tool))
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => tools[tool]))].join(' and ')
    return `a lab needs ${missing.join(', ')}, which this machine lacks (install ${packages})`
  }
  if (machine.uid !== 0) return 'a lab needs root, to make network and mount namespaces'
  return undefined
}

export type ServerWish = ServerKind | 'auto'

/** sshd where it is installed, else the embedded server. Throws a LabProblem where sshd is wished and absent. */
export const chooseServer = (wish: ServerWish, machine: Pick<Machine, 'has'>): ServerKind => {
  if (wish === 'embedded') return 'embedded'
  if (machine.has('sshd')) return 'openssh'
  if (wish === 'auto') return 'embedded'
  throw new LabProblem(
    '`--server openssh` needs sshd, which this machine lacks (install openssh-server, or leave the option out)',
  )
}

const programPath = (program: string): string | undefined =>
  toolPath()
    .split(':')
    .map((directory) => join(directory, program))
    .find((path) => {
      if (!existsSync(path)) return false
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
