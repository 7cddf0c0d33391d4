import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { aTarget } from './a-target.ts'
import { newKeyPair } from './new-key.ts'

// What sshd does only with modules of PAM that a test cannot count on: several questions, a password that has expired.

type Ask = { readonly prompt: string; readonly echo: boolean }
/** Each inner list is one question of the server; answers are kept. */
let rounds: readonly (readonly Ask[])[]
let answers: string[][]
let right: boolean
let server: InstanceType<typeof ssh2.Server>
let dir: string

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ipvs-play-auth-'))
  answers = []
  right = true
  const { private: hostKey, public: known } = newKeyPair('ed25519')
  server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => {})
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      const ask = (index: number): void => {
        const prompts = rounds[index]
        if (prompts === undefined && right) context.accept()
        else if (prompts === undefined) context.reject(['keyboard-interactive'])
        else
          context.prompt([...prompts], (given) => {
            answers.push([...given])
            ask(index + 1)
          })
      }
      ask(0)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  writeFileSync(join(dir, 'known_hosts'), `* ${known}\n`)
})
afterEach(() => {
  server.close()
  rmSync(dir, { recursive: true })
})

const PASSWORD = { prompt: 'Password: ', echo: false }
const outcome = async (asked: readonly (readonly Ask[])[]): Promise<string> => {
  rounds = asked
  const { port } = server.address() as AddressInfo
  const known = [join(dir, 'known_hosts')]
  const target: Target = aTarget({ address: '127.0.0.1', port, knownHosts: known, password: new Secret('S3cret') })
  const opened = await createTransport({ connectLimit: [1, 1] }).open(target, new AbortController().signal)
  if (opened.kind === 'unreachable') return opened.reason
  opened.connection.close()
  return 'in'
}

test('one question without an echo is the password, in any language', async () => {
  expect(await outcome([[{ prompt: 'Mot de passe : ', echo: false }]])).toBe('in')
  expect(await outcome([[PASSWORD], []])).toBe('in')
  expect(answers[0]).toEqual(['S3cret'])
})

test.each<[string, readonly (readonly Ask[])[], string]>([
  ['two at once', [[PASSWORD, { prompt: 'Code: ', echo: true }]], '"Password:", "Code:"'],
  ['one that is shown', [[{ prompt: 'Login: ', echo: true }]], '"Login:"'],
  ['a second factor first', [[{ prompt: 'Verification code: ', echo: false }]], '"Verification code:"'],
])('%s: named, and nothing is answered', async (_, asked, named) => {
  expect(await outcome(asked)).toMatch(new RegExp(`^alice@127.0.0.1:\\d+ asks for more than a password: ${named}$`))
  expect(answers).toEqual([])
})

test('a second factor behind the password is named', async () => {
  expect(await outcome([[PASSWORD], [{ prompt: 'Duo passcode: ', echo: false }]])).toContain('"Duo passcode:"')
  expect(answers).toEqual([['S3cret']])
})

test('a password that is refused, or asked for again, is wrong', async () => {
  right = false
  expect(await outcome([[PASSWORD]])).toContain('wrong login password for alice@')
  expect(await outcome([[PASSWORD], [PASSWORD]])).toContain('wrong login password for alice@')
  expect(answers).toEqual([['S3cret'], ['S3cret']])
})
