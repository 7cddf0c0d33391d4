import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallEnd, Connection, Identity, Target } from '../../src/model/connection.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

const PLAIN: Identity = { become: false, becomeUser: 'root' }
const transport = () => createSshTransport({ connectLimit: [6, 30] })
const signal = new AbortController().signal

const openOr = async (target: Target, with_ = transport()): Promise<Connection> => {
  const opened = await with_.open(target, signal)
  if (opened.kind !== 'open') throw new Error(`${opened.reason} / ${opened.hint}`)
  return opened.connection
}

const runOn = async (
  connection: Connection,
  script: string,
  identity = PLAIN,
): Promise<{ end: CallEnd; out: string }> => {
  const chunks: Buffer[] = []
  const end = await connection.execute({ identity, script, limit: 60, onOutput: (chunk) => chunks.push(chunk) })
  return { end, out: Buffer.concat(chunks).toString() }
}

describe('a plain sshd', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())

  test('logs in and runs scripts one after the other on one connection', async () => {
    const connection = await openOr(sshd.target)
    expect(await runOn(connection, 'echo "$1"; echo oops >&2; exit 3')).toEqual({
      end: { kind: 'ended', exitCode: 3, stderr: 'oops\n' },
      out: expect.stringMatching(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+\n$/),
    })
    expect((await runOn(connection, 'echo again')).out).toBe('again\n')
    connection.close()
  })
})
