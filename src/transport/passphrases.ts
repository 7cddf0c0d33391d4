import { basename } from 'node:path'
import type { Target } from '../model/connection.ts'
import { listAgentKeys } from './agent.ts'
import type { KeyStore } from './keys.ts'

/** Tries of a passphrase, as with ssh. */
const TRIES = 3

export interface Unlocking {
  readonly targets: Iterable<Target>
  readonly keys: KeyStore
  /** A file that the command line names: it is meant, whatever else there is. */
  readonly named: string | undefined
  /** Absent: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}

/**
 * Asks for the passphrases of the keys that hosts will be shown, each once for all hosts.
 * @returns the passphrases, and files that stay locked after three tries
 */
export const unlockKeys = async (unlocking: Unlocking): Promise<{ secrets: string[]; refused: string[] }> => {
  const { keys, ask } = unlocking
  const secrets: string[] = []
  const refused: string[] = []
  const files = ask === undefined ? [] : await lockedKeys(unlocking)
  if (files.length === 0 || ask === undefined) return { secrets, refused }
  const { default: ssh2 } = await import('ssh2')
  for (const file of files) {
    let open = false
    for (let tries = 1; !open && tries <= TRIES; tries++) {
      const passphrase = await ask(`${tries === 1 ? '' : 'wrong; once more: '}passphrase for ${file}: `)
      if (passphrase === '') break
      open = keys.unlock(ssh2, file, passphrase)
      if (open) secrets.push(passphrase)
    }
    if (!open) refused.push(file)
  }
  return { secrets, refused }
}

/** Of the keys by default names only those that stand alone; an agent's key needs no passphrase. */
const lockedKeys = async ({ targets, keys, named }: Unlocking): Promise<readonly string[]> => {
  const wanted = new Set<string>()
  const agents = new Map<string, Promise<ReadonlySet<string>>>()
  const seen = new Set<string>()
  for (const target of withHops(targets)) {
    const { identityFiles, agent, identitiesOnly, password } = target
    const alike = JSON.stringify([identityFiles, agent, identitiesOnly, password !== undefined])
    if (target.wants === 'local' || seen.has(alike)) continue
    seen.add(alike)
    const locked = identityFiles.filter((file) => keys.isLocked(file))
    if (locked.length === 0) continue
    const held = agent === undefined ? new Set<string>() : await (agents.get(agent) ?? holds(agent, agents))
    const others = locked.length < identityFiles.length || password !== undefined || (held.size > 0 && !identitiesOnly)
    for (const file of locked) {
      const blob = keys.publicHalfOf(file)?.toString('base64')
      const meant = file === named || !/^id_(rsa|ecdsa|ed25519)(_sk)?$/.test(basename(file)) || !others
      if (meant && (blob === undefined || !held.has(blob))) wanted.add(file)
    }
  }
  return [...wanted]
}

function* withHops(targets: Iterable<Target>): Iterable<Target> {
  for (const target of targets) {
    yield target
    if (target.via.kind === 'jump') yield* withHops([target.via.target])
  }
}

const holds = (agent: string, agents: Map<string, Promise<ReadonlySet<string>>>): Promise<ReadonlySet<string>> => {
  const keys = listAgentKeys(agent).then(
    (found) => new Set(found.map(({ blob }) => blob.toString('base64'))),
    () => new Set<string>(),
  )
  agents.set(agent, keys)
  return keys
}
