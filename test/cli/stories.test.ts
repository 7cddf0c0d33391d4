import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { storiesInFolder } from '../../src/cli/stories.ts'
import { tellOfHop } from '../../src/transport/story.ts'

test('a host’s story lies in a file of its own, without secrets and controls; nobody writes one unasked', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'ipvs-play-stories-'))
  try {
    const folder = join(scratch, 'ssh')
    const hidden = new Set(['s3cret-word'])
    expect(storiesInFolder(folder, { verbose: 2, hidden })).toBeUndefined()
    expect(readdirSync(scratch)).toEqual([])
    const stories = storiesInFolder(folder, { verbose: 3, hidden })
    tellOfHop(stories, '../rs1', '../rs1')?.('its banner: s3cret-word\u001b[2J\r\nmore\r\n')
    tellOfHop(stories, 'rs2', 'bastion')?.('connected')
    expect(readdirSync(folder).sort()).toEqual(['..%2Frs1.log', 'rs2.log'])
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(read('..%2Frs1.log')).toMatch(/^ +\d+ ms {2}its banner: \*\*\*\\x1b\[2J\n +\d+ ms {2}more\n$/)
    expect(read('rs2.log')).toMatch(/ jump host bastion: connected\n$/)
    expect(statSync(join(folder, 'rs2.log')).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(scratch, { recursive: true })
  }
})
