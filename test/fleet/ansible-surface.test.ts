import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible, type Ruling } from '../ansible/referee.ts'
import { firstQuestions, keywordQuestion, surfaceOf } from '../ansible/surface.ts'

describe.skipIf(leavesAnsibleUnasked('keywords, modules and options'))('what there is in real Ansible', () => {
  test('is what is recorded', { timeout: 600_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-surface-'))
    try {
      const first = await askAnsible(folder, firstQuestions)
      const [keywords] = await askAnsible(folder, [keywordQuestion(first[0] as Ruling)])
      expectRecorded('surface', { ...surfaceOf(first, keywords as Ruling) })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
