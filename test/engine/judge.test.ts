import { describe, expect, test } from 'vitest'
import { isReached, judged } from '../../src/engine/judge.ts'
import type { ForeseenOutcome } from '../../src/engine/outcome.ts'
import type { Task } from '../../src/model/schedule.ts'
import { scheduleText, scopeOf, taskOf } from '../schedule/fleet.ts'

const judge = async (words: string, outcome: ForeseenOutcome) => {
  const scheduled = await scheduleText(`- hosts: rs1\n  tasks:\n    - {command: ls, register: r, ${words}}\n`)
  const { play, task } = taskOf(scheduled, '1.1')
  const scope = scopeOf(scheduled, play, 'rs1').forTask(task)
  return { task: task as Task, scope, after: judged(outcome, task, scope) }
}

const said = { rc: 0, stdout: 'bad news', stderr: '' }
const changed: ForeseenOutcome = { status: 'changed', differences: [], fields: said }
const failed: ForeseenOutcome = { status: 'failed', differences: [], reason: 'exit 2', fields: { ...said, rc: 2 } }
const refused: ForeseenOutcome = { status: 'failed', differences: [], reason: 'refused on the host: lo' }
const foretold: ForeseenOutcome = { status: 'would-change', differences: [], unsure: true }

describe('the user has the last word on a result', () => {
  test.each([
    ['changed_when: false', changed, 'ok'],
    ['changed_when: r.rc == 0', changed, 'changed'],
    ['changed_when: [r.rc == 0, \'"good" in r.stdout\']', changed, 'ok'],
    ['changed_when: true', { ...changed, status: 'ok' }, 'changed'],
    ['failed_when: \'"bad" in r.stdout\'', changed, 'failed'],
    ['failed_when: [r.rc == 0, r.rc == 1]', changed, 'changed'],
    ['failed_when: r.rc > 2', failed, 'changed'],
    ['failed_when: false, changed_when: false', failed, 'ok'],
    ['failed_when: r.rc == 2', failed, 'failed'],
    ['failed_when: r.nothing', changed, 'failed'],
    // What the host refused, and what was not tried, is no result.
    ['failed_when: false', refused, 'failed'],
    ['failed_when: true', { ...changed, status: 'skipped' }, 'skipped'],
    ['changed_when: true', { ...changed, status: 'unknown' }, 'unknown'],
    // Before it is run nobody knows what a command will say.
    ['changed_when: r.rc == 0', foretold, 'unknown'],
    ['changed_when: false', foretold, 'ok'],
    ['failed_when: r.rc == 0', foretold, 'would-change'],
    ['failed_when: true', foretold, 'failed'],
  ] as const)('%s on %j: %s', async (words, outcome, status) => {
    expect((await judge(words, outcome as ForeseenOutcome)).after.status).toBe(status)
  })

  test('a failure by word says which, and that it changed something', async () => {
    const { after } = await judge('failed_when: r.rc == 0', changed)
    expect(after).toMatchObject({ reason: 'failed_when: `r.rc == 0`', wasChanged: true })
  })
})

test.each([
  ['until: r.rc == 0', changed, true],
  ['until: r.rc == 0', failed, false],
  ['until: r is failed', failed, true],
  ['retries: 3', failed, false],
  ['retries: 3', changed, true],
  ['until: r.nothing', changed, 'cannot be judged'],
  ['until: r.stdout', changed, 'cannot be judged'],
] as const)('%s on %j: %s', async (words, outcome, reached) => {
  const { task, scope } = await judge(words, outcome)
  const found = isReached(outcome, task, scope)
  expect(found.kind === 'value' ? found.value : 'cannot be judged').toBe(reached)
})
