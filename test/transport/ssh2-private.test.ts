import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2, { type ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  onRefusal,
  quickExchange,
  quickSigning,
  quickVerifying,
  skipHostKeysProve,
  skipKeyProbe,
} from '../../src/transport/ssh2-private.ts'
import { newKeyPair } from './new-key.ts'

type Kind = 'ed25519' | 'rsa' | 'ecdsa'
const KINDS: readonly Kind[] = ['ed25519', 'rsa', 'ecdsa']

/** RSA keys take long to make, so there is one. */
const rsa: string[] = []
const generate = (kind: Kind): string => {
  if (kind === 'rsa' && rsa[0] !== undefined) return rsa[0]
  const made = generateAnew(kind)
  if (kind === 'rsa') rsa.push(made)
  return made
}
const generateAnew = (kind: Kind): string => {
  if (kind === 'rsa') {
    return generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey
  }
  return newKeyPair(kind).private
}
const parse = (text: string): ParsedKey => {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

/** If ssh2 moves what the shortcuts rely on they fall back without a word: these tests are where that is noticed. */
describe('ssh2 still has what the shortcuts rely on', () => {
  test.each(KINDS)('an own sign for an %s key', (kind) => {
    const key = parse(generate(kind))
    const plain = key.sign
    expect(quickSigning(key).sign).not.toBe(plain)
  })

  test('one prototype with a verify, for all parsed keys', () => {
    expect(quickVerifying(ssh2)).toBe(true)
    const [one, other] = [parse(generate('ed25519')), parse(generate('ecdsa'))]
    expect(Object.getPrototypeOf(one)).toBe(Object.getPrototypeOf(other))
  })
})

describe('a signature made quickly is as good as a plain one', () => {
  const data = Buffer.from('exchange hash')
  test.each<[Kind, string | undefined]>([
    ['ed25519', undefined],
    ['rsa', 'sha256'],
    ['rsa', 'sha512'],
    ['rsa', undefined],
    ['ecdsa', undefined],
  ])('%s %s', (kind, hash) => {
    const text = generate(kind)
    const [plain, quick] = [parse(text), quickSigning(parse(text))]
    expect(plain.verify(data, quick.sign(data, hash), hash)).toBe(true)
    quickVerifying(ssh2)
    expect(quick.verify(data, plain.sign(data, hash), hash)).toBe(true)
    expect(quick.verify(Buffer.from('another hash'), plain.sign(data, hash), hash)).toBe(false)
    expect(quick.verify(data, Buffer.alloc(64), hash)).toBe(false)
  })

  test('what cannot be signed is an error as a result, as ssh2 wants it', () => {
    const key = quickSigning(parse(generate('rsa')))
    expect(key.sign(data, 'no-such-hash')).toBeInstanceOf(Error)
  })
})

describe('without what they rely on, the shortcuts leave things as they are', () => {
  test('a key type that nobody knows', () => {
    const key = { type: 'ssh-new', sign: () => Buffer.alloc(0), getPrivatePEM: () => '' } as unknown as ParsedKey
    const plain = key.sign
    expect(quickSigning(key).sign).toBe(plain)
  })
  test('a PEM that node cannot read', () => {
    const key = { type: 'ssh-ed25519', sign: () => Buffer.alloc(0), getPrivatePEM: () => 'x' } as unknown as ParsedKey
    const plain = key.sign
    expect(quickSigning(key).sign).toBe(plain)
  })
  test('an exchange that comes to something else', () => {
    const keys = generateKeyPairSync('x25519')
    const peer = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    const shared = { computeSecret: () => Buffer.alloc(32) }
    const exchange = Object.assign(Object.create(shared), { type: '25519', _keys: keys, _dhData: peer })
    const before = { ...shared }
    expect(quickExchange({ _protocol: { _kex: exchange } } as never)).toBe(false)
    expect(shared).toEqual(before)
  })
  test('a client without the private fields', () => {
    expect(skipHostKeysProve({} as never)).toBe(false)
    for (const inside of [{}, { _protocol: {} }, { _protocol: { _kex: { type: '25519' } } }]) {
      expect(quickExchange(inside as never)).toBe(false)
    }
    expect(skipKeyProbe({} as never, () => true)).toBe(false)
    expect(skipKeyProbe({ _protocol: {} } as never, () => true)).toBe(false)
    expect(onRefusal({} as never, () => {})).toBe(false)
    expect(onRefusal({ _protocol: { _handlers: {} } } as never, () => {})).toBe(false)
  })
})

describe('a login with all shortcuts', () => {
  const hostKeys = new Map<Kind, string>()
  beforeAll(() => {
    for (const kind of KINDS) hostKeys.set(kind, generate(kind))
  })
  const servers: { close(): void }[] = []
  afterAll(() => {
    for (const server of servers) server.close()
  })

  interface Login {
    readonly probes: number
    readonly taken: readonly boolean[]
  }

  /** Logs in to ssh2's own server; gives what the server saw of the login. */
  const logIn = async (kind: Kind, shortcuts: boolean): Promise<Login> => {
    const userKey = parse(generate(kind))
    let probes = 0
    const server = new ssh2.Server({ hostKeys: [hostKeys.get(kind) ?? ''] }, (connection) => {
      connection.on('error', () => {})
      connection.on('authentication', (context) => {
        if (context.method !== 'publickey') return context.reject(['publickey'])
        if (context.signature === undefined) probes++
        else if (!userKey.verify(context.blob as Buffer, context.signature, context.hashAlgo)) return context.reject()
        context.accept()
      })
    })
    server.listen(0, '127.0.0.1')
    servers.push(server)
    await once(server as never, 'listening')
    const client = new ssh2.Client()
    const taken: boolean[] = []
    const key = shortcuts ? quickSigning(userKey) : userKey
    client.once('handshake', () => {
      if (shortcuts)
        taken.push(
          skipHostKeysProve(client),
          skipKeyProbe(client, (own) => own === key),
          onRefusal(client, () => {}),
        )
    })
    client.connect({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      username: 'x',
      hostVerifier: () => {
        if (shortcuts) taken.push(quickExchange(client))
        return true
      },
      authHandler: [{ type: 'publickey', username: 'x', key }] as never,
    })
    await once(client, 'ready')
    client.end()
    await once(client, 'close')
    return { probes, taken }
  }

  test.each(KINDS)('%s: one round trip less', async (kind) => {
    expect(await logIn(kind, true)).toEqual({ probes: 0, taken: [true, true, true, true] })
    expect(await logIn(kind, false)).toEqual({ probes: 1, taken: [] })
  })
})

test('the quick key exchange comes to what the plain one comes to, leading zeros and all', async () => {
  const server = new ssh2.Server({ hostKeys: [generate('ed25519')] }, (connection) => connection.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server as never, 'listening')
  const client = new ssh2.Client()
  client.on('error', () => {})
  const different: string[] = []
  const verified = new Promise<void>((resolve) => {
    client.connect({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      username: 'x',
      hostVerifier: () => {
        const exchange = (client as unknown as { _protocol: { _kex: PlainExchange } })._protocol._kex
        if (!quickExchange(client)) different.push('not taken')
        for (let round = 0; round < 700; round++) {
          const peer = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
          if (!plainSecret(exchange, peer).equals(exchange.computeSecret(peer))) different.push(peer.toString('hex'))
        }
        if (!((exchange.computeSecret(Buffer.alloc(32)) as unknown) instanceof Error))
          different.push('a weak key was taken')
        resolve()
        return false
      },
    })
  })
  await verified
  client.destroy()
  server.close()
  expect(different).toEqual([])
})

interface PlainExchange {
  _keys: { privateKey: KeyObject; publicKey: KeyObject }
  computeSecret(peer: Buffer): Buffer
}

/** The exchange again, by the book: DER in and out, and an mpint of the secret. */
const plainSecret = ({ _keys }: PlainExchange, peer: Buffer): Buffer => {
  const head = Buffer.from('302a300506032b656e032100', 'hex')
  const publicKey = createPublicKey({ key: Buffer.concat([head, peer]), type: 'spki', format: 'der' })
  const secret = diffieHellman({ privateKey: _keys.privateKey, publicKey }).toString('hex')
  const digits = secret.replace(/^(00)+/, '')
  return Buffer.from(Number.parseInt(digits.slice(0, 2), 16) < 0x80 ? digits : `00${digits}`, 'hex')
}
