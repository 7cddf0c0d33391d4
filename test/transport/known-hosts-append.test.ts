import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import { shownKey } from '../../src/transport/host-key.ts'
import { lookUp, parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { addKnownHost } from '../../src/transport/known-hosts-append.ts'
import { createKnownHostsReader } from '../../src/transport/known-hosts-files.ts'
import { aTarget } from './a-target.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ipvs-play-known-hosts-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOP/q6nJRebWneD7vU5MhwvqZZVxhWE0p1uVquxREZQv'
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIBXYtP/idznH7G/6tFLK4AdpMxxc2U1JIlbmA4RJuJKa'
const key = shownKey(Buffer.from(KEY, 'base64'))
const target = (file: string, address = '10.0.0.1'): Target =>
  aTarget({ address, port: 2222, knownHosts: [file], hostKey: 'accept-new' })

test('a file and its directory are made, for the owner alone', async () => {
  const file = join(dir, 'ssh/known_hosts')
  expect(await addKnownHost(target(file), key)).toBeUndefined()
  expect(readFileSync(file, 'utf8')).toBe(`[10.0.0.1]:2222 ssh-ed25519 ${KEY}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(`${file}.lock`)).toBe(false)
})

test('a last line without its end is kept whole', async () => {
  const file = join(dir, 'known_hosts')
  writeFileSync(file, 'rs9 ssh-ed25519 AAAA')
  await addKnownHost(target(file), key)
  expect(readFileSync(file, 'utf8')).toBe(`rs9 ssh-ed25519 AAAA\n[10.0.0.1]:2222 ssh-ed25519 ${KEY}\n`)
})

test('names are hashed where the file hashes them', async () => {
  const file = join(dir, 'known_hosts')
  writeFileSync(file, `|1|fEvOTjzW5KXX/oQjVGTGPUqD8B0=|Mlp2iRoJJsOEfLyT9fd0a8xSGQM= ssh-ed25519 ${OTHER}\n`)
  await addKnownHost(target(file), key)
  const text = readFileSync(file, 'utf8')
  expect(text).not.toContain('10.0.0.1')
  expect(lookUp([parseKnownHosts(text, file)], '[10.0.0.1]:2222').keys).toHaveLength(1)
})

test('what somebody else wrote meanwhile counts: the same key is not written twice, another is refused', async () => {
  const file = join(dir, 'known_hosts')
  writeFileSync(file, `[10.0.0.1]:2222 ssh-ed25519 ${KEY}\n[10.0.0.2]:2222 ssh-ed25519 ${OTHER}\n`)
  const before = readFileSync(file, 'utf8')
  expect(await addKnownHost(target(file), key)).toBeUndefined()
  expect(await addKnownHost(target(file, '10.0.0.2'), key)).toMatchObject({
    reason: expect.stringMatching(/has changed/),
  })
  expect(readFileSync(file, 'utf8')).toBe(before)
})

test('many at once all come in, each on its line', async () => {
  const file = join(dir, 'known_hosts')
  const addresses = Array.from({ length: 40 }, (_, index) => `10.0.1.${index}`)
  await Promise.all(addresses.map((address) => addKnownHost(target(file, address), key)))
  const written = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(written.sort()).toEqual(addresses.map((address) => `[${address}]:2222 ssh-ed25519 ${KEY}`).sort())
})

test('a lock that its owner left behind is taken over', async () => {
  const file = join(dir, 'known_hosts')
  writeFileSync(`${file}.lock`, '')
  utimesSync(`${file}.lock`, 1, 1)
  expect(await addKnownHost(target(file), key)).toBeUndefined()
  expect(existsSync(`${file}.lock`)).toBe(false)
})

test('a file that cannot be written is a reason that names it', async () => {
  writeFileSync(join(dir, 'plain'), '')
  const file = join(dir, 'plain/known_hosts')
  expect(await addKnownHost(target(file), key)).toMatchObject({ reason: expect.stringContaining(file) })
  expect(await addKnownHost({ ...target(file), knownHosts: [] }, key)).toMatchObject({
    reason: expect.stringContaining('no known_hosts file'),
  })
})

test('a reader sees what was appended since it read', async () => {
  const file = join(dir, 'known_hosts')
  const read = createKnownHostsReader()
  const known = (address: string) => lookUp(read([file, join(dir, 'none')]), `[${address}]:2222`).keys
  expect(known('10.0.0.1')).toHaveLength(0)
  await addKnownHost(target(file), key)
  expect(known('10.0.0.1')).toHaveLength(1)
  expect(read([file])[0]).toBe(read([file])[0])
  await addKnownHost(target(file, '10.0.0.2'), key)
  expect(known('10.0.0.2')).toHaveLength(1)
})
