import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { prepareReferee } from './referee.ts'

/** In the root file system of the referee: shell commands, told by their exit code. */
const fetchIt = `set -e
cd "$1"
apt-get update >/dev/null
apt-get download ansible >/dev/null
dpkg-deb --fsys-tarfile ansible_*.deb | tar x ./usr/lib/python3/dist-packages/ansible_collections/ansible/utils
rm ansible_*.deb`

/**
 * The collection ansible.utils of Debian 13's package `ansible`, which ansible-core lacks: a folder for `collections/`
 * beside a playbook. Fetched once, beside the referee. Throws when it cannot be.
 */
export const collections = (): string => {
  const root = prepareReferee()
  const kept = `${root}-utils`
  const inside = 'usr/lib/python3/dist-packages/ansible_collections'
  if (existsSync(kept)) return join(kept, inside)
  mkdirSync(join(root, 'var/tmp'), { recursive: true })
  const scratch = mkdtempSync(join(root, 'var/tmp/utils-'))
  const ran = spawnSync('chroot', [root, 'sh', '-c', fetchIt, 'sh', scratch.slice(root.length)], { encoding: 'utf8' })
  if (ran.status !== 0) {
    rmSync(scratch, { recursive: true, force: true })
    throw new Error(`the collection ansible.utils could not be fetched: ${ran.stderr}`)
  }
  renameSync(scratch, kept)
  return join(kept, inside)
}
