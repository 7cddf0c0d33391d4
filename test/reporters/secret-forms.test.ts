import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formsOf } from '../../src/reporters/secret-forms.ts'
import { seed } from '../part.ts'

const hidden = (secret: string, text: string): boolean => formsOf(secret).some((form) => text.includes(form))
const secrets = fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim().length >= 6)

test('a secret is found wherever it stands in base64', () => {
  fc.assert(
    fc.property(secrets, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (secret, before, after) => {
      expect(hidden(secret, Buffer.from(before + secret + after).toString('base64'))).toBe(true)
      expect(hidden(secret, Buffer.from(before + secret + after).toString('base64url'))).toBe(true)
    }),
    { seed },
  )
})

test('a secret is found in JSON, also in JSON inside JSON, in URLs and in hex', () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      expect(hidden(secret, JSON.stringify({ a: [`x${secret}`] }))).toBe(true)
      expect(hidden(secret, JSON.stringify(JSON.stringify({ a: secret })))).toBe(true)
      expect(hidden(secret, `http://h/?p=${encodeURIComponent(secret)}&q=1`)).toBe(true)
      expect(hidden(secret, new URLSearchParams({ p: secret }).toString())).toBe(true)
      expect(hidden(secret, Buffer.from(secret).toString('hex'))).toBe(true)
      expect(hidden(secret, `'${secret.replaceAll("'", `'\\''`)}'`)).toBe(true)
    }),
    { seed },
  )
})

test('each long line of a key is one', () => {
  const key = '-----BEGIN KEY-----\nabcdefghijklmnop\n  qrstuvwxyz012345\nxy\n-----END KEY-----\n'
  for (const line of ['abcdefghijklmnop', 'qrstuvwxyz012345']) expect(hidden(key, `+ ${line}`)).toBe(true)
  expect(hidden(key, 'xy')).toBe(false)
})

test.each(['', 'a', 'abc'])('%j is too short to be told from other text', (secret) => {
  expect(formsOf(secret)).toEqual([])
})

test('other text stays', () => {
  expect(hidden('hunter2!', 'hunter3! aHVudGVyM')).toBe(false)
})
