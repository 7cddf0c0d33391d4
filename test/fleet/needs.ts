import { tellLeftOut } from '../part.ts'

const missing = new Map(
  (process.env.IPVS_PLAY_MISSING ?? '')
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split('=') as [string, string]),
)

/**
 * Whether tests that need these tools must be left out; says so in the last lines of `npm test`.
 * Names as in test/run.mjs: root, sshd, sudo, tmux, busybox, tcsh, zsh, fish, perl …
 */
export const lacks = (what: string, ...needs: readonly string[]): boolean => {
  const lost = needs.filter((need) => missing.has(need))
  if (lost.length > 0) tellLeftOut(`${what}: not run, ${lost.map((need) => missing.get(need)).join(', ')}`)
  return lost.length > 0
}
