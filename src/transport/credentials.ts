import { existsSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import type { Target } from '../model/connection.ts'
import { type AgentKey, listAgentKeys } from './agent.ts'
import type { KeyStore } from './keys.ts'
import type { Ssh2 } from './ssh2-private.ts'

/** A key that can be offered. */
export type Offer =
  | { readonly kind: 'file'; readonly name: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly name: string; readonly key: ParsedKey; readonly socket: string }

/** What a host can be shown to be let in, but for a password. */
export interface Credentials {
  /** Files of certificates of the user. With one the system's ssh logs in. */
  readonly certificates: readonly string[]
  /** Keys that somebody named, in order: from their files, or by the agent where it holds them. */
  readonly named: readonly Offer[]
  /** The other keys of the agent, which is asked only when it is their turn. */
  others(): Promise<readonly Offer[]>
  /** Keys that could not be offered, each with the reason; grows when the agent is asked. */
  readonly unusable: readonly string[]
  /** Certificates and keys on tokens, which only the system's ssh can offer; grows likewise. */
  readonly notBySsh2: readonly string[]
}

/** Key types that ssh2 signs with. */
const OWN_TYPES = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+)$/

/** Hosts that are told the same share the work, and one look into each agent. */
export const createCredentials = (ssh2: Ssh2, store: KeyStore): ((target: Target) => Promise<Credentials>) => {
  const agents = new Map<string, Promise<AgentView>>()
  const kept = new Map<string, Promise<Credentials>>()
  const lookInto = (socket: string): Promise<AgentView> => {
    const view = agents.get(socket) ?? viewAgent(ssh2, socket)
    agents.set(socket, view)
    return view
  }
  return (target) => {
    const { identityFiles, certificateFiles, identitiesOnly, agent } = target
    const alike = JSON.stringify([identityFiles, certificateFiles, identitiesOnly, agent])
    const found = kept.get(alike) ?? collect({ ssh2, store, target, lookInto })
    kept.set(alike, found)
    return found
  }
}

interface AgentView {
  readonly socket: string
  readonly keys: readonly AgentKey[]
  readonly parsed: ReadonlyMap<string, ParsedKey>
  readonly trouble: string | undefined
}

const viewAgent = async (ssh2: Ssh2, socket: string): Promise<AgentView> => {
  try {
    const keys = await listAgentKeys(socket)
    const parsed = new Map<string, ParsedKey>()
    for (const { type, blob } of keys) {
      const key = OWN_TYPES.test(type) ? ssh2.utils.parseKey(blob) : undefined
      if (key !== undefined && !(key instanceof Error)) parsed.set(blob.toString('base64'), key)
    }
    return { socket, keys, parsed, trouble: undefined }
  } catch (cause) {
    return { socket, keys: [], parsed: new Map(), trouble: `the agent at ${socket} (${(cause as Error).message})` }
  }
}

interface Collecting {
  readonly ssh2: Ssh2
  readonly store: KeyStore
  readonly target: Target
  lookInto(socket: string): Promise<AgentView>
}

const collect = async ({ ssh2, store, target, lookInto }: Collecting): Promise<Credentials> => {
  const { identityFiles, identitiesOnly, agent } = target
  const named: Offer[] = []
  const unusable = new Set<string>()
  const notBySsh2 = new Set<string>()
  const taken = new Set<string>()
  for (const file of identityFiles) {
    const identity = store.read(ssh2, file)
    if (identity.kind === 'key') {
      named.push({ kind: 'file', name: file, key: identity.key })
      taken.add(identity.key.getPublicSSH().toString('base64'))
    } else if (identity.kind === 'token') notBySsh2.add(`the FIDO key ${file}`)
    else if (identity.kind === 'half' && agent !== undefined) {
      const { parsed, trouble } = await lookInto(agent)
      const blob = identity.blob.toString('base64')
      const key = parsed.get(blob)
      if (trouble !== undefined) unusable.add(trouble)
      if (key === undefined) unusable.add(`${file} (${identity.why})`)
      else named.push({ kind: 'agent', name: `${file} (by the agent)`, key, socket: agent })
      taken.add(blob)
    } else unusable.add(`${file} (${identity.why})`)
  }
  const others = async (): Promise<readonly Offer[]> => {
    if (agent === undefined || identitiesOnly) return []
    const { keys, parsed, trouble } = await lookInto(agent)
    if (trouble !== undefined) unusable.add(trouble)
    return keys.flatMap(({ blob, type, comment }): Offer[] => {
      const key = parsed.get(blob.toString('base64'))
      if (key === undefined)
        notBySsh2.add(`${type.includes('-cert-') ? 'the certificate' : 'the key'} "${comment}" of the agent (${type})`)
      if (key === undefined || taken.has(blob.toString('base64'))) return []
      return [{ kind: 'agent', name: `"${comment}" of the agent`, key, socket: agent }]
    })
  }
  return {
    certificates: certificatesOf(target),
    named,
    others,
    get unusable() {
      return [...unusable]
    },
    get notBySsh2() {
      return [...notBySsh2]
    },
  }
}

/** Those that lie beside keys, and those that are named. */
const certificatesOf = ({ identityFiles, certificateFiles }: Target): readonly string[] => [
  ...certificateFiles,
  ...identityFiles.map((file) => `${file}-cert.pub`).filter((file) => existsSync(file)),
]
