/** An SSH server for one host that needs no package: ssh2's, in the lab's server process. */
import { timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import type { AuthContext, Connection } from 'ssh2'
import ssh2 from 'ssh2'
import { serveSession } from './session.ts'

export interface EmbeddedSsh {
  /** Speaks SSH on a connection that was accepted for this host. */
  serve(socket: Socket): void
}

export interface EmbeddedSettings {
  /** OpenSSH format. */
  readonly hostKey: string
  /** `ssh-ed25519 AAAA…`: the one key that may log in, as root. */
  readonly clientKey: string
  /** The host's address, for SSH_CONNECTION. */
  readonly address: string
  /** PID of the host's init; undefined while it is off. */
  init(): number | undefined
}

export const createEmbeddedSsh = (settings: EmbeddedSettings): EmbeddedSsh => {
  const mayLogIn = keyCheck(settings.clientKey)
  const server = new ssh2.Server({ hostKeys: [settings.hostKey] }, (client: Connection, peer) => {
    client.on('error', () => {}) // the peer left, or speaks no SSH
    client.on('authentication', (context) => {
      if (mayLogIn(context)) context.accept()
      else context.reject(['publickey'])
    })
    client.on('ready', () => {
      client.on('session', (accept, reject) => {
        const pid = settings.init()
        if (pid === undefined) reject()
        else serveSession(accept(), { pid, address: settings.address, clientPort: peer.port })
      })
    })
  })
  return {
    serve(socket) {
      socket.on('error', () => {})
      server.injectSocket(socket)
    },
  }
}

/** Root, by public key, by this key: first as a question whether it would do, then signed. */
const keyCheck = (clientKey: string): ((context: AuthContext) => boolean) => {
  const key = ssh2.utils.parseKey(clientKey)
  if (key instanceof Error || Array.isArray(key)) throw new Error('the lab has no client key')
  const blob = key.getPublicSSH()
  return (context) => {
    if (context.method !== 'publickey' || context.username !== 'root' || context.key.algo !== key.type) return false
    if (context.key.data.length !== blob.length || !timingSafeEqual(context.key.data, blob)) return false
    if (context.signature === undefined) return true
    return context.blob !== undefined && key.verify(context.blob, context.signature, context.hashAlgo) === true
  }
}
