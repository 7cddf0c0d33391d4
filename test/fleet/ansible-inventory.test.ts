import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { answerOf, layOut, questionOf, strictAnsible } from '../ansible/inventory-case.ts'
import { inventoryCases } from '../ansible/inventory-cases.ts'
import { layOutPatterns, nameOf, patternQuestion, selectionOf, strictPatterns } from '../ansible/pattern-case.ts'
import { patternCases } from '../ansible/pattern-cases.ts'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible, prepareReferee } from '../ansible/referee.ts'

describe.skipIf(leavesAnsibleUnasked('inventories'))('real Ansible says what is recorded', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-inventories-'))
    layOut(inventoryCases, folder)
    prepareReferee()
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('of inventories', async () => {
    const rulings = await askAnsible(folder, inventoryCases.map(questionOf), strictAnsible)
    const answers = inventoryCases.map(({ name }, index) => {
      const ruling = rulings[index]
      if (ruling === undefined) throw new Error(`no ruling on ${name}`)
      return [name, answerOf(ruling)] as const
    })
    expectRecorded('inventory-list', Object.fromEntries(answers))
  })

  test('of host patterns', async () => {
    layOutPatterns(folder)
    const rulings = await askAnsible(folder, patternCases.map(patternQuestion), strictPatterns)
    const selections = patternCases.map((one, index) => {
      const ruling = rulings[index]
      if (ruling === undefined) throw new Error(`no ruling on ${nameOf(one)}`)
      return [nameOf(one), selectionOf(ruling)] as const
    })
    expectRecorded('host-patterns', Object.fromEntries(selections))
  })
})
