/** Who gets in. What happens inside needs namespaces: test/fleet/lab.test.ts. */
import { createServer } from 'node:net'
import ssh2, { type ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awaitBanner } from '../../src/lab/banner.ts'
import { createEmbeddedSsh } from '../../src/lab/embedded-ssh.ts'
import { generateOpenSshKey } from '../../src/lab/openssh-key.ts'

const key = generateOpenSshKey('client')
const ssh = createEmbeddedSsh({
  hostKey: generateOpenSshKey('host').privateText,
  clientKey: key.publicLine,
  address: '10.88.11.1',
  init: () => undefined,
})
const door = createServer((socket) => ssh.serve(socket))
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const address = door.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => door.close())

/** `in`, or why not. */
const logIn = (config: ConnectConfig): Promise<string> =>
  new Promise((resolve) => {
    const client = new ssh2.Client()
    client.on('ready', () => {
      client.exec('true', (error) => {
        client.end()
        resolve(error === undefined ? 'in' : 'in, but the host is off')
      })
    })
    client.on('error', (error) => resolve(error.message))
    client.connect({ host: '127.0.0.1', port, ...config })
  })

test("the lab's key lets root in, and nothing else does", async () => {
  const refused = 'All configured authentication methods failed'
  expect(await logIn({ username: 'root', privateKey: key.privateText })).toBe('in, but the host is off')
  expect(await logIn({ username: 'admin', privateKey: key.privateText })).toBe(refused)
  expect(await logIn({ username: 'root', privateKey: generateOpenSshKey('').privateText })).toBe(refused)
  expect(await logIn({ username: 'root', password: 'root' })).toBe(refused)
})

test('a server that greets is up; an aborted wait ends', async () => {
  await awaitBanner(port, 'rs1', new AbortController().signal)
  await expect(awaitBanner(1, 'rs1', AbortSignal.abort())).rejects.toThrow('interrupted')
})
