import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What must be here to make one, as `lacks` names it. */
export const needsOfDebian13 = ['root', 'unshare', 'mmdebstrap'] as const

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ipvs-play')

/** A root file system of Debian 13 in the user's cache. */
export interface Debian13 {
  /** `NAME-trixie`, or whatever tells it from others. */
  readonly name: string
  readonly packages: string
  /** Directories to mount things on. */
  readonly folders: readonly string[]
}

export const isThere = ({ name }: Debian13): boolean => existsSync(join(cache, name))

/** Made once, by root: half a minute. Throws when it cannot be. */
export const prepareDebian13 = ({ name, packages, folders }: Debian13): string => {
  const rootfs = join(cache, name)
  if (existsSync(rootfs)) return rootfs
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(`${rootfs}.`)
  const options = ['--quiet', '--variant=apt', `--include=${packages}`, '--dpkgopt=path-exclude=/usr/share/doc/*']
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' }
  const made = spawnSync('mmdebstrap', [...options, 'trixie', fresh], { encoding: 'utf8', env })
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(`Debian 13 with ${packages} could not be made: ${made.stderr || made.error}`)
  }
  for (const folder of folders) mkdirSync(join(fresh, folder), { recursive: true })
  try {
    renameSync(fresh, rootfs)
  } catch (error) {
    // Another process was quicker.
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(rootfs)) throw error
  }
  return rootfs
}
