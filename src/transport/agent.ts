import { createConnection, type Socket } from 'node:net'
import { readStrings, wireType, writeString } from './wire.ts'

/** A key that an SSH agent holds: a plain one, a certificate, or one on a token. */
export interface AgentKey {
  /** `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`, `sk-ssh-ed25519@openssh.com` … */
  readonly type: string
  readonly blob: Buffer
  readonly comment: string
}

// The protocol: draft-ietf-sshm-ssh-agent.
const REQUEST_IDENTITIES = 11
const IDENTITIES_ANSWER = 12
const SIGN_REQUEST = 13
const SIGN_RESPONSE = 14
const RSA_FLAGS: Record<string, number> = { sha256: 2, sha512: 4 }

/** Seconds to wait for the list of keys, which asks nobody. */
const LIST_LIMIT = 5
/** The most that an answer may be; OpenSSH's agent keeps to 256 KiB. */
const MOST = 1024 * 1024

/** @throws Error that says what is wrong with the agent */
export const listAgentKeys = async (socket: string): Promise<readonly AgentKey[]> => {
  const limit = AbortSignal.timeout(LIST_LIMIT * 1000)
  const answer = await ask(socket, Buffer.from([REQUEST_IDENTITIES]), limit).catch((cause: Error) => {
    throw limit.aborted ? new Error(`it does not answer within ${LIST_LIMIT} s`) : cause
  })
  if (answer[0] !== IDENTITIES_ANSWER) throw new Error('it does not tell its keys')
  const strings = readStrings(answer.subarray(5))
  const keys: AgentKey[] = []
  for (let at = 0; at + 1 < strings.length; at += 2) {
    const [blob, comment] = [strings[at] as Buffer, strings[at + 1] as Buffer]
    keys.push({ type: wireType(blob), blob, comment: comment.toString() })
  }
  return keys
}

/**
 * Waits as long as the agent does: it may be asking its user.
 * @param hash  of an RSA signature
 * @returns the signature without its type
 * @throws Error where it will not sign
 */
export const signByAgent = async (
  socket: string,
  request: { readonly blob: Buffer; readonly data: Buffer; readonly hash: string | undefined },
  signal: AbortSignal,
): Promise<Buffer> => {
  const flags = Buffer.alloc(4)
  flags.writeUInt32BE(RSA_FLAGS[request.hash ?? ''] ?? 0)
  const message = [Buffer.from([SIGN_REQUEST]), writeString(request.blob), writeString(request.data), flags]
  const answer = await ask(socket, Buffer.concat(message), signal)
  const [signature] = answer[0] === SIGN_RESPONSE ? readStrings(answer.subarray(1)) : []
  const signed = signature === undefined ? undefined : readStrings(signature)[1]
  if (signed === undefined) throw new Error('the agent refused to sign')
  return signed
}

const ask = (path: string, message: Buffer, signal: AbortSignal): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ path, signal })
    let heard: Buffer = Buffer.alloc(0)
    socket.on('error', (cause: NodeJS.ErrnoException) => reject(new Error(ERRORS[cause.code ?? ''] ?? cause.message)))
    socket.on('close', () => reject(new Error('it closed the connection')))
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk])
      const length = heard.length < 4 ? undefined : heard.readUInt32BE()
      if (length === undefined || (length <= MOST && heard.length < length + 4)) return
      socket.destroy()
      if (length > MOST) reject(new Error('it does not speak the protocol of SSH agents'))
      else resolve(heard.subarray(4, length + 4))
    })
    socket.write(writeString(message))
  })

const ERRORS: Record<string, string> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nobody listens there any more',
  EACCES: 'it may not be used by this user',
  ENOTSOCK: 'that is no socket',
}
