import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the sockets of the masters lie: for this user alone, and gone with this process. */
export interface Folder {
  socket(): string
  /** A program that hands questions of `ssh` over to us. It holds no secret. */
  readonly askpass: string
  remove(): void
}

/** Bytes: a socket's path has 107, of which ssh itself needs 17 for a name that is not there yet. */
const LONGEST = 60

/** The question goes out on stderr, which is ours; the answer comes in on stdin. A token that wants a touch asks nothing. */
const askpassScript = (mark: string): string => `#!/bin/sh
case $SSH_ASKPASS_PROMPT in none) exit 0;; confirm) exit 1;; esac
printf '\\n%s %s\\n' '${mark}' "$1" >&2
IFS= read -r answer && printf '%s\\n' "$answer"
`

/** @param mark  no host can know it */
export const createFolder = (mark: string): Folder => {
  const path = makeFolder([process.env.XDG_RUNTIME_DIR ?? '', tmpdir(), '/tmp'])
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
  }
  process.once('exit', remove)
  const askpass = join(path, 'ask')
  writeFileSync(askpass, askpassScript(mark), { mode: 0o700 })
  chmodSync(askpass, 0o700)
  let count = 0
  return { askpass, remove, socket: () => join(path, `${++count}`) }
}

const makeFolder = (places: readonly string[]): string => {
  for (const place of places) {
    if (place === '' || place.length > LONGEST) continue
    try {
      return mkdtempSync(join(place, 'ipvs-play-'))
    } catch {
      // the next one
    }
  }
  throw new Error(
    `no folder for the sockets of ssh can be made in ${places.filter((place) => place !== '').join(', ')}`,
  )
}
