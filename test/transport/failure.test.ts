import { describe, expect, test } from 'vitest'
import { explainFailure, type Stage, timedOut } from '../../src/transport/failure.ts'
import { aTarget } from './a-target.ts'

const target = aTarget()
const error = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields)
const explained = (cause: Error | undefined, stage: Stage, greeting = '') =>
  explainFailure(cause, { stage, target, unusable: [], tried: [], greeting })

describe('in plain words, and tried again only when nothing was refused', () => {
  test.each<[string, Error | undefined, Stage, string, RegExp, boolean]>([
    ['refused', error('x', { code: 'ECONNREFUSED' }), 'connect', '', /^connection refused \(10\.0\.0\.1:22\)$/, false],
    ['no route', error('x', { code: 'EHOSTUNREACH' }), 'connect', '', /^no route to host/, false],
    ['no such name', error('x', { code: 'ENOTFOUND' }), 'connect', '', /^no such host name/, false],
    ['resolver down', error('x', { code: 'EAI_AGAIN' }), 'connect', '', /could not be resolved/, true],
    ['reset before login', error('x', { code: 'ECONNRESET' }), 'handshake', '', /was reset/, true],
    ['reset during login', error('x', { code: 'ECONNRESET' }), 'login', '', /was reset/, false],
    [
      'closed',
      error('Connection lost before handshake'),
      'handshake',
      '',
      /closed the connection before the handshake$/,
      true,
    ],
    ['closed in login', undefined, 'login', '', /closed the connection during login$/, false],
    [
      'busy',
      error('Connection lost before handshake'),
      'handshake',
      'Exceeded MaxStartups\r\n',
      /before the handshake: Exceeded MaxStartups$/,
      true,
    ],
    ['penalised', undefined, 'handshake', 'Not allowed at this time\r\n', /: Not allowed at this time$/, true],
    [
      'not SSH',
      undefined,
      'handshake',
      '220 mail ESMTP\r\n',
      /^10\.0\.0\.1:22 does not speak SSH, it says: 220 mail ESMTP$/,
      false,
    ],
    ['not SSH, noticed', error('Max greeting lines exceeded'), 'handshake', '<html>\n', /does not speak SSH/, false],
    [
      'no kex',
      error('Handshake failed: no matching key exchange algorithm', { level: 'handshake' }),
      'handshake',
      'SSH-2.0-x\r\n',
      /^no common key exchange algorithm with 10\.0\.0\.1:22$/,
      false,
    ],
    [
      'no login',
      error('All configured authentication methods failed', { level: 'client-authentication' }),
      'login',
      'SSH-2.0-x\r\n',
      /^alice@10\.0\.0\.1:22 accepts no key: there was none to offer$/,
      false,
    ],
    [
      'too many keys',
      error('Too many authentication failures', { code: 2 }),
      'login',
      'SSH-2.0-x\r\n',
      /accepts no key: too many keys were offered/,
      false,
    ],
    ['anything else', error('Bad packet length'), 'login', 'SSH-2.0-x\r\n', /^Bad packet length during login/, false],
  ])('%s', (_, cause, stage, greeting, reason, retry) => {
    expect(explained(cause, stage, greeting)).toMatchObject({ reason: expect.stringMatching(reason), retry })
  })
})

test.each<[Stage, RegExp]>([
  ['connect', /^timed out after 10 s: no answer to the TCP connect \(10\.0\.0\.1:22\)$/],
  ['handshake', /^timed out after 10 s: connected, but no SSH handshake/],
  ['login', /^timed out after 10 s: the handshake is through, but the login is not/],
])('a timeout says how far it got: %s', (stage, reason) => {
  expect(timedOut(stage, target)).toMatchObject({ reason: expect.stringMatching(reason), retry: false })
})

test('a v6 address is told from its port', () => {
  expect(timedOut('connect', { ...target, address: '2001:db8::1' }).reason).toContain('([2001:db8::1]:22)')
})
