import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { explainFailure, type Stage, timedOut } from '../../src/transport/failure.ts'
import { aTarget } from './a-target.ts'

const target = aTarget()
const error = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields)
const offer = { kex: ['curve25519-sha256'], hostKeys: ['ssh-ed25519'], ciphers: ['aes128-ctr'], macs: ['hmac-sha1'] }
const explained = (cause: Error | undefined, stage: Stage, greeting = '', theirs?: Partial<typeof offer>) =>
  explainFailure(cause, {
    stage,
    target,
    unusable: [],
    tried: [],
    greeting,
    ours: offer,
    theirs: theirs && { ...offer, ...theirs },
  })

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

test('a password that the host does not ask for is not passed over in silence', () => {
  const refused = error('All configured authentication methods failed', { level: 'client-authentication' })
  const more = { unusable: [], tried: ['/key'], left: ['publickey'], greeting: '', ours: offer }
  const failure = explainFailure(refused, { stage: 'login', target: { ...target, password: new Secret('x') }, ...more })
  expect(failure.hint).toBe(
    "a password does not help there, only publickey: add the public key to alice's authorized_keys",
  )
})

test('a v6 address is told from its port', () => {
  expect(timedOut('connect', { ...target, address: '2001:db8::1' }).reason).toContain('([2001:db8::1]:22)')
})

describe('nothing in common: what each side has, and what would help', () => {
  const none = (what: string, theirs: Partial<typeof offer>) =>
    explained(error(`Handshake failed: no matching ${what}`, { level: 'handshake' }), 'handshake', 'SSH-2.0-x', theirs)

  test('an algorithm that we know and do not offer can be switched on', () => {
    expect(none('key exchange algorithm', { kex: ['diffie-hellman-group14-sha1'] })).toEqual({
      kind: 'failed',
      reason:
        'no common key exchange with 10.0.0.1:22: it has diffie-hellman-group14-sha1; offered were curve25519-sha256',
      retry: false,
      hint: 'if it must be: KexAlgorithms +diffie-hellman-group14-sha1 in the ssh config',
    })
    expect(none('C->S cipher', { ciphers: ['aes256-cbc', '3des-cbc'] })).toMatchObject({
      reason: 'no common cipher with 10.0.0.1:22: it has aes256-cbc, 3des-cbc; offered were aes128-ctr',
      hint: 'if it must be: Ciphers +aes256-cbc in the ssh config',
    })
    expect(none('S->C MAC', { macs: ['hmac-md5'] })).toMatchObject({ hint: expect.stringContaining('MACs +hmac-md5') })
    expect(none('host key format', { hostKeys: ['ssh-rsa'] })).toMatchObject({
      hint: expect.stringContaining('HostKeyAlgorithms +ssh-rsa'),
    })
  })

  test('for others there is the ssh program', () => {
    expect(none('key exchange algorithm', { kex: ['mlkem768x25519-sha256'] })).toMatchObject({
      reason: expect.stringContaining('it has mlkem768x25519-sha256;'),
      hint: 'only the ssh program of this machine may know them: ansible_connection: openssh',
    })
  })
})
