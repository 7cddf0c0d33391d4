import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Refused } from '../../src/cli/problems.ts'
import { readKeyring, readKeyringForLint } from '../../src/cli/vault.ts'
import type { VaultOptions } from '../../src/cli/vault-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-vault-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const vaults = join(import.meta.dirname, '../ansible/vault')
const secret = readFileSync(join(vaults, 'secret.txt'), 'utf8')
const prod = readFileSync(join(vaults, 'prod.yml'), 'utf8')

const none: VaultOptions = { vaultPasswordFile: [], vaultId: [] }

const opens = async (options: Partial<VaultOptions>, text = secret): Promise<boolean> =>
  (await readKeyring({ ...none, ...options })).open(text, 'it').kind === 'text'

const refusal = async (options: Partial<VaultOptions>): Promise<unknown> => {
  try {
    return await readKeyring({ ...none, ...options })
  } catch (cause) {
    return cause instanceof Refused ? cause.problems[0] : cause
  }
}

describe('a password comes', () => {
  test('from a file, without the blanks around it', async () => {
    expect(await opens({ vaultPasswordFile: [file('password', '  sesame-open \n\n')] })).toBe(true)
  })

  test('from a file with a label', async () => {
    expect(await opens({ vaultId: [`prod@${file('prod', 'other-word\n')}`] }, prod)).toBe(true)
  })

  test('from a file without a label', async () => {
    expect(await opens({ vaultId: [file('plain', 'sesame-open\n')] })).toBe(true)
  })

  test('from a script that prints it', async () => {
    const script = file('script', '#!/bin/sh\n[ $# = 0 ] && echo sesame-open\n', 0o700)
    expect(await opens({ vaultPasswordFile: [script] })).toBe(true)
  })

  test('from a client script that is told the label', async () => {
    const script = file('pass-client.sh', '#!/bin/sh\n[ "$1 $2" = "--vault-id prod" ] && echo other-word\n', 0o700)
    expect(await opens({ vaultId: [`prod@${script}`] }, prod)).toBe(true)
  })

  test('from several, in any order', async () => {
    const [one, two] = [file('one', 'other-word'), file('two', 'sesame-open')]
    expect(await opens({ vaultId: [`a@${one}`, `b@${two}`] })).toBe(true)
    expect(await opens({ vaultPasswordFile: [one, two] }, prod)).toBe(true)
  })

  test('and is a secret itself', async () => {
    const keyring = await readKeyring({ ...none, vaultPasswordFile: [file('hidden', 'sesame-open')] })
    expect([...keyring.hidden]).toEqual(['sesame-open'])
  })
})

describe('refused is', () => {
  test('a file that is not there', async () => {
    const missing = join(folder, 'missing')
    expect(await refusal({ vaultPasswordFile: [missing] })).toMatchObject({
      summary: `the vault password file ${missing} cannot be read (ENOENT)`,
    })
  })

  test('a file that holds nothing', async () => {
    const empty = file('empty', '\n')
    expect(await refusal({ vaultPasswordFile: [empty] })).toMatchObject({
      summary: `the vault password file ${empty} gives no password`,
    })
  })

  test('a script that fails', async () => {
    const script = file('fails', '#!/bin/sh\nexit 3\n', 0o700)
    expect(await refusal({ vaultPasswordFile: [script] })).toMatchObject({
      summary: `the vault password script ${script} failed with exit code 3`,
      hint: `try it: ${script}`,
    })
  })

  test.each([
    ['others can write', 0o722, 'this script can be written by others, so it is not run'],
    ['nobody may run', 0o600, 'this is a script that may not be executed'],
  ])('a script that %s', async (name, mode, summary) => {
    const ran = join(folder, 'ran')
    const script = file(`unsafe ${name}`, `#!/bin/sh\ntouch '${ran}'\necho sesame-open\n`, mode)
    expect(await refusal({ vaultPasswordFile: [script] })).toMatchObject({ summary, at: { file: script } })
    expect(() => readFileSync(ran)).toThrow()
  })

  test.skipIf(process.stdin.isTTY)('to ask without a terminal', async () => {
    expect(await refusal({ askVaultPass: true })).toMatchObject({ hint: 'use --vault-password-file' })
    expect(await refusal({ vaultId: ['prod@prompt'] })).toMatchObject({ hint: 'use --vault-password-file' })
  })
})

test('lint runs no script and asks nobody', () => {
  const ran = join(folder, 'ran-by-lint')
  const script = file('for-lint', `#!/bin/sh\ntouch '${ran}'\necho sesame-open\n`, 0o700)
  const keyring = readKeyringForLint({ vaultPasswordFile: [script], vaultId: ['a@prompt'], askVaultPass: true })
  expect(keyring.open(secret, 'it')).toEqual({ kind: 'sealed' })
  expect(() => readFileSync(ran)).toThrow()
  const plain = readKeyringForLint({ ...none, vaultPasswordFile: [file('plain-for-lint', 'sesame-open')] })
  expect(plain.open(secret, 'it')).toMatchObject({ kind: 'text' })
})
