import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { generate } from '../ansible/generated-inventories.ts'
import { answerOf, inventoryQuestion, layOut, strictAnsible } from '../ansible/inventory-case.ts'
import { inventoryCases } from '../ansible/inventory-cases.ts'
import { inventoryViews, viewOf, viewQuestion } from '../ansible/inventory-views.ts'
import { layOutPatterns, nameOf, patternQuestion, selectionOf, strictPatterns } from '../ansible/pattern-case.ts'
import { patternCases } from '../ansible/pattern-cases.ts'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible, prepareReferee, type Ruling } from '../ansible/referee.ts'

/** Answers by the names of their cases. */
const byName = <Case, Answer>(
  cases: readonly Case[],
  nameOf: (one: Case) => string,
  answerOf: (one: Case, index: number) => Answer,
): Readonly<Record<string, Answer>> =>
  Object.fromEntries(cases.map((one, index) => [nameOf(one), answerOf(one, index)] as const))

const ruling = (rulings: readonly Ruling[], index: number): Ruling => {
  const one = rulings[index]
  if (one === undefined) throw new Error(`no ruling on question ${index}`)
  return one
}

describe.skipIf(leavesAnsibleUnasked('inventories and host patterns'))('real Ansible says what is recorded', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-inventories-'))
    layOut(inventoryCases, folder)
    layOutPatterns(folder)
    prepareReferee()
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('the generated inventories are those of the grammar', () => {
    expectRecorded('generated-inventories', generate())
  })

  test('of inventories', async () => {
    const questions = inventoryCases.map((one) => inventoryQuestion(one, ['--list']))
    const rulings = await askAnsible(folder, questions, strictAnsible)
    const answers = byName(
      inventoryCases,
      ({ name }) => name,
      (_, index) => answerOf(ruling(rulings, index)),
    )
    expectRecorded('inventory-list', answers)
  })

  test('of views of them', async () => {
    const rulings = await askAnsible(folder, inventoryViews.map(viewQuestion), strictAnsible)
    const answers = byName(
      inventoryViews,
      ({ name }) => name,
      (view, index) => viewOf(view, ruling(rulings, index)),
    )
    expectRecorded('inventory-views', answers)
  })

  test('of host patterns', async () => {
    const rulings = await askAnsible(folder, patternCases.map(patternQuestion), strictPatterns)
    expectRecorded(
      'host-patterns',
      byName(patternCases, nameOf, (_, index) => selectionOf(ruling(rulings, index))),
    )
  })
})
