import { expect, test } from 'vitest'
import { cleanJournal } from '../../src/cli/clean-journal.ts'

const cleaned = async (entry: object) => {
  let kept: unknown
  await cleanJournal(new Set(['hunter22']), async (clean) => {
    kept = clean
  })(entry)
  return kept
}
const put = (content: string) => ({ kind: 'put', path: '/x', content: Buffer.from(content).toString('base64') })

test('what a host said is kept without secrets', async () => {
  expect(await cleaned({ ends: [[0, { results: [{ stdout: 'pw=hunter22\n', exitCode: 0 }] }]] })).toEqual({
    ends: [[0, { results: [{ stdout: 'pw=***\n', exitCode: 0 }] }]],
  })
})

test('an undo that would put a secret back is not kept, any other is kept as it is', async () => {
  const entry = { tasks: [{ changes: [{ what: '/x', from: 'a', to: 'hunter22', undo: [put('xx\npw: hunter22\n')] }] }] }
  expect(await cleaned(entry)).toEqual({
    tasks: [{ changes: [{ what: '/x', from: 'a', to: '***', undo: 'not kept: it holds a secret' }] }],
  })
  const other = { tasks: [{ changes: [{ undo: [put('xx\n')] }] }] }
  expect(await cleaned(other)).toEqual(other)
})
