import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What a machine boots from. */
export interface Image {
  readonly kernel: string
  readonly initramfs: string
}

const recipe = ['build.sh', 'init.sh', 'host.sh'].map((name) => join(import.meta.dirname, 'machine', name))
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ipvs-play')

/** Made once of Debian's packages, as root, in the user's cache, and anew when the recipe is another. Throws when it cannot. */
export const prepareImage = (): Image => {
  const hash = createHash('sha256')
  for (const file of recipe) hash.update(readFileSync(file))
  const folder = join(cache, `machine-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(folder)) make(folder)
  return { kernel: join(folder, 'kernel'), initramfs: join(folder, 'initramfs') }
}

const make = (folder: string): void => {
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(`${folder}.`)
  try {
    const made = spawnSync('sh', [recipe[0] ?? '', fresh], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    if (made.status !== 0) throw new Error(`the machine could not be made: ${made.stderr || made.error}`)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error
  }
}
