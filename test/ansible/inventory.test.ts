import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import { type Answer, layOut, ourAnswer } from './inventory-case.ts'
import { inventoryCases } from './inventory-cases.ts'
import { inventoryViews, ourView } from './inventory-views.ts'
import { recordedAnswers } from './recorded.ts'

describe('inventories resolve as with Ansible', () => {
  const theirs = recordedAnswers<Answer>('inventory-list')
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-inventories-'))
    layOut(inventoryCases, folder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(inventoryCases)('$name', async (one) => {
    const recorded = theirs[one.name]
    expect(recorded, 'not recorded yet: see test/ansible/README.md').toBeDefined()
    const ours = await ourAnswer(one, folder)
    if (one.differs === undefined) return expect(ours).toEqual(recorded)
    expect(ours).not.toEqual(recorded)
    expect(ours).toEqual(one.differs.ours)
  })
  const shown = recordedAnswers<Value>('inventory-views')
  test.each(inventoryViews)('$name', async (view) => {
    const recorded = shown[view.name]
    expect(recorded, 'not recorded yet: see test/ansible/README.md').toBeDefined()
    expect(await ourView(view, folder)).toEqual(recorded)
  })
})
