import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { generateOpenSshKey } from '../../src/lab/openssh-key.ts'

test('ssh-keygen finds the public key in the private one, whatever the length of the comment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-key-'))
  try {
    // Eight lengths: every padding.
    for (const comment of ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'ipvs-play lab']) {
      const key = generateOpenSshKey(comment)
      const file = join(folder, 'key')
      writeFileSync(file, key.privateText, { mode: 0o600 })
      const found = execFileSync('ssh-keygen', ['-y', '-P', '', '-f', file], { encoding: 'utf8' })
      expect(found.trim()).toBe(`${key.publicLine} ${comment}`.trim())
      rmSync(file)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('ssh2 reads it too, and what it signs the public line proves', () => {
  const key = generateOpenSshKey('x')
  const secret = ssh2.utils.parseKey(key.privateText)
  const open = ssh2.utils.parseKey(key.publicLine)
  if (secret instanceof Error || open instanceof Error) throw new Error('not a key')
  const signature = secret.sign('words')
  if (signature instanceof Error) throw signature
  expect(open.verify('words', signature)).toBe(true)
  expect(open.verify('other words', signature)).toBe(false)
})

test('no two keys are the same', () => {
  expect(generateOpenSshKey('x').publicLine).not.toBe(generateOpenSshKey('x').publicLine)
})
