import { expect, test } from 'vitest'
import { isSecretName, textsIn } from '../../src/secret.ts'

test.each([
  'db_password',
  'ansible_become_pass',
  'api_token',
  'PASSWORD',
  'X_API_KEY',
  'client_secret',
  'ssh-passphrase',
])('%s is the name of a secret', (name) => expect(isSecretName(name)).toBe(true))
test.each(['passwords_file', 'token_count', 'compass', 'ansible_ssh_private_key_file', 'bypass'])(
  '%s is the name of something else',
  (name) => expect(isSecretName(name)).toBe(false),
)

test('every text and number of a value', () => {
  expect(textsIn({ a: ['x', 1], b: { c: true, d: null, e: 'y' } })).toEqual(['x', '1', 'y'])
})
