import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyring } from '../../src/documents/keyring.ts'
import { decrypt, readArmor } from '../../src/documents/vault.ts'

// Encrypted with ansible-vault of ansible-core 2.19.
const folder = join(import.meta.dirname, '../ansible/vault')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const secret = read('secret.txt')
const prod = read('prod.yml')

const open = (text: string, ...passwords: readonly (readonly [string, string])[]) =>
  createKeyring(passwords.map(([label, password]) => ({ label, password }))).open(text, 'this file')

describe('a keyring', () => {
  test('opens what ansible-vault encrypted, in both formats', () => {
    expect(open(secret, ['default', 'sesame-open'])).toMatchObject({ kind: 'text', text: 'file content secret\n' })
    expect(open(prod, ['prod', 'other-word'])).toMatchObject({ kind: 'text', text: 'prod_text: prod-file-secret\n' })
  })

  test('tries every password, whatever a vault calls its own', () => {
    expect(open(prod, ['a', 'sesame-open'], ['b', 'other-word'])).toMatchObject({ kind: 'text' })
    expect(open(secret, ['a', 'other-word'], ['b', 'sesame-open'])).toMatchObject({ kind: 'text' })
  })

  test('names what it tried', () => {
    expect(open(prod, ['a', 'wrong'], ['b', 'sesame-open'])).toEqual({
      kind: 'wrong',
      summary: 'this file cannot be decrypted: no password given opens it (tried: a, b)',
      hint: 'give the password of the vault id "prod" with --vault-id prod@FILE',
    })
  })

  test('without a password says how to give one', () => {
    expect(open(secret)).toEqual({
      kind: 'wrong',
      summary: 'this file is encrypted with Ansible Vault, and no password was given',
      hint: 'give --vault-password-file FILE, or --ask-vault-pass',
    })
  })

  test('leaves other text alone', () => {
    expect(open('a: 1\n')).toEqual({ kind: 'text', text: 'a: 1\n' })
  })

  test('of lint leaves shut what it has no password for, and remembers it', () => {
    const keyring = createKeyring([], true)
    expect(keyring.openFile(secret, 'group_vars/all.yml')).toMatchObject({
      value: undefined,
      problems: [{ severity: 'warning', at: { file: 'group_vars/all.yml', line: 1, column: 1 } }],
    })
    expect([...keyring.sealed]).toEqual(['group_vars/all.yml'])
  })
})

describe('damage', () => {
  test.each([
    ['$ANSIBLE_VAULT;1.0;AES256\n61', 'its format 1.0 is not 1.1 or 1.2'],
    ['$ANSIBLE_VAULT;1.1;AES\n61', 'its cipher AES is not AES256'],
    ['$ANSIBLE_VAULT;1.1;AES256\n', 'it is cut short or damaged'],
    ['$ANSIBLE_VAULT;1.1;AES256\nxyz', 'it is cut short or damaged'],
    [secret.slice(0, 200), 'it is cut short or damaged'],
    ['secret', 'it does not begin with $ANSIBLE_VAULT;1.1;AES256'],
  ])('%j', (text, wrong) => {
    expect(readArmor(text)).toEqual({ wrong })
  })

  test('of any digit is found out', () => {
    const [header = '', ...lines] = secret.trimEnd().split('\n')
    const digits = lines.join('')
    fc.assert(
      fc.property(fc.nat(digits.length - 1), (at) => {
        const other = digits[at] === '3' ? '4' : '3'
        const damaged = `${header}\n${digits.slice(0, at)}${other}${digits.slice(at + 1)}`
        const armor = readArmor(damaged)
        return 'wrong' in armor || decrypt(armor, 'sesame-open') === undefined
      }),
      { numRuns: 30 },
    )
  })

  test('line ends and indentation are none', () => {
    const armor = readArmor(secret.split('\n').join('\r\n   '))
    expect('wrong' in armor ? armor : decrypt(armor, 'sesame-open')?.toString()).toBe('file content secret\n')
  })
})
