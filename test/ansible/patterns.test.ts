import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layOutPatterns, nameOf, ourSelection, type Selection } from './pattern-case.ts'
import { patternCases } from './pattern-cases.ts'
import { recordedAnswers } from './recorded.ts'

describe('host patterns select as with Ansible, in its order', () => {
  const theirs = recordedAnswers<Selection>('host-patterns')
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-patterns-'))
    layOutPatterns(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(patternCases.map((one) => [nameOf(one), one] as const))('%s', async (name, one) => {
    const recorded = theirs[name]
    expect(recorded, 'not recorded yet: see test/ansible/README.md').toBeDefined()
    const ours = await ourSelection(one, folder)
    if (one.differs === undefined) return expect(ours).toEqual(recorded)
    expect(ours).not.toEqual(recorded)
    expect(ours).toEqual(one.differs.ours)
  })
})
