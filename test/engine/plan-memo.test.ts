import { beforeEach, expect, test } from 'vitest'
import { createFactBook, NotRead } from '../../src/engine/facts.ts'
import { planOf } from '../../src/engine/plan-memo.ts'
import type { Task } from '../../src/model/schedule.ts'
import type { Facts, Plan, Reading, Setting, TaskType } from '../../src/model/task-type.ts'

const source = { key: 'size', command: ['size'] as const }
const size: Reading<{ readonly is: string }> = {
  key: 'size',
  source,
  parse: ({ stdout }) => ({ is: stdout }),
  test: () => [],
}
/** A host that says this. */
const saying = (stdout: string): Facts => {
  const book = createFactBook()
  book.learn(source, { exitCode: 0, stdout, stderr: '' })
  return book.under(new Map())
}
const setting = (more: Partial<Setting> = {}): Setting => ({
  host: 'rs1',
  groups: ['realserver'],
  lasting: [],
  files: new Map(),
  ...more,
})
const kept = { kind: 'sysctl', path: 'net/x', value: '1' } as const

let planned: number
let task: Task
const taskOf = (plan: (facts: Facts, setting: Setting) => string): Task => {
  const type: Partial<TaskType<unknown>> = {
    plan: (_args, facts, given): Plan => {
      planned++
      return { kind: 'changes', changes: [], wishes: [], notes: [plan(facts, given)] }
    },
    lasting: () => [kept],
  }
  return { type } as Task
}
const args = { wish: 1 }
const told = (facts: Facts, given: Setting, by: unknown = args) => {
  const { plan } = planOf(task, by, facts, given)
  return plan.kind === 'changes' ? plan.notes?.[0] : undefined
}
beforeEach(() => {
  planned = 0
  task = taskOf((facts) => facts.of(size).is)
})

test('hosts that are alike get one plan, and what it makes last', () => {
  const first = planOf(task, args, saying('big'), setting())
  const second = planOf(task, args, saying('big'), setting({ host: 'rs2', groups: [] }))
  expect(second.plan).toBe(first.plan)
  expect(second.lasting).toEqual([kept])
  expect(planned).toBe(1)
})

test('other facts, other arguments: another plan', () => {
  expect(told(saying('big'), setting())).toBe('big')
  expect(told(saying('small'), setting())).toBe('small')
  expect(told(saying('big'), setting(), { wish: 1 })).toBe('big')
  expect(planned).toBe(3)
})

test.each([
  ['host', ({ host }: Setting) => host, { host: 'rs2' }],
  ['groups', ({ groups }: Setting) => groups.join(), { groups: ['director'] }],
  ['lasting', ({ lasting }: Setting) => `${lasting.length}`, { lasting: [kept] }],
  ['verbosity', ({ verbosity }: Setting) => `${verbosity}`, { verbosity: 2 }],
] as const)('a plan that looks at %s is made anew where that differs', (_, look, other) => {
  task = taskOf((_facts, given) => look(given))
  const facts = saying('')
  const [one, two] = [told(facts, setting()), told(facts, setting(other))]
  expect(two).not.toBe(one)
  expect(told(facts, setting())).toBe(one)
  expect(told(facts, setting(other))).toBe(two)
  expect(planned).toBe(2)
})

test('what lasts is remembered as it was, though the list grows', () => {
  task = taskOf((_facts, { lasting }) => `${lasting.length}`)
  const lasting: (typeof kept)[] = []
  expect(told(saying(''), setting({ lasting }))).toBe('0')
  lasting.push(kept)
  expect(told(saying(''), setting({ lasting }))).toBe('1')
})

test('a prediction counts as what was read', () => {
  const book = createFactBook()
  book.learn(source, { exitCode: 0, stdout: 'big', stderr: '' })
  expect(told(book.under(new Map()), setting())).toBe('big')
  expect(told(book.under(new Map([['size', { is: 'huge' }]])), setting())).toBe('huge')
})

test('what was not read is asked for, also where a plan is known', () => {
  told(saying('big'), setting())
  expect(() => told(createFactBook().under(new Map()), setting())).toThrow(NotRead)
})
