import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Value } from '../src/model/document.ts'
import type { CommandResult, Setting, TaskType } from '../src/model/task-type.ts'
import { taskTypes } from '../src/tasks/index.ts'
import { afterPlan, factsFrom, type Outputs, setting } from './host-facts.ts'
import { seed } from './part.ts'

/**
 * What a file test/tasks/generators/NAME.ts exports for the task type NAME: arguments, what a host may answer to its
 * readings (by the key of the source), and the setting where it matters.
 */
interface Generators {
  readonly args: fc.Arbitrary<Value>
  readonly outputs: fc.Arbitrary<Outputs>
  readonly settings?: fc.Arbitrary<Setting>
}

/** These only look, or are opaque. */
const changeless: readonly string[] =
  'assert command debug fail include_tasks meta only-director-answers pause script set_fact shell wait-for'.split(' ')

const options = { seed, numRuns: 100 }

const argsOf = (type: TaskType<unknown>, input: Value): { args: unknown } | undefined => {
  const parsed = type.parse(type.spelled?.(input) ?? input)
  return parsed.ok ? { args: parsed.args } : undefined
}

/** Every source of the readings, failed or empty in the same way. */
const hostThat = (type: TaskType<unknown>, args: unknown, result: CommandResult): Outputs =>
  new Map(type.readings(args).map(({ source }) => [source.key, result]))

const failures: readonly CommandResult[] = [
  { exitCode: 0, stdout: '', stderr: '' },
  { exitCode: 127, stdout: '', stderr: 'sh: not found' },
  { exitCode: 1, stdout: 'what\nis: this\n', stderr: '' },
]

const fileOf = (name: string): string => join(import.meta.dirname, 'tasks/generators', `${name}.ts`)
const lawful = [...taskTypes.keys()].filter((name) => existsSync(fileOf(name)))

test('every task type has its generators, so that the laws hold for it', () => {
  expect(lawful).toEqual([...taskTypes.keys()])
})

describe.each(lawful)('%s', { timeout: 60_000 }, async (name) => {
  const type = taskTypes.get(name) as TaskType<unknown>
  const { args, outputs, settings = fc.constant(setting()) }: Generators = await import(fileOf(name))
  const cases = fc.record({ input: args, host: outputs, around: settings })

  test('some arguments are right, and the plan of some is a change', () => {
    const kinds = fc.sample(cases, options).map(({ input, host, around }) => {
      const parsed = argsOf(type, input)
      if (!parsed) return 'wrong'
      const plan = type.plan(parsed.args, factsFrom(host), around)
      return plan.kind === 'changes' && plan.changes.length > 0 ? 'change' : plan.kind
    })
    const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length
    expect(count('wrong')).toBeLessThan(options.numRuns / 2)
    if (!changeless.includes(name)) expect(count('change')).toBeGreaterThan(options.numRuns / 10)
  })

  test('converges: after what it foretells there is nothing left to do', () => {
    fc.assert(
      fc.property(cases, ({ input, host, around }) => {
        const parsed = argsOf(type, input)
        const plan = parsed && type.plan(parsed.args, factsFrom(host), around)
        if (plan?.kind !== 'changes') return
        const again = type.plan(parsed?.args, afterPlan(host, plan), around)
        expect(again.kind === 'changes' ? again.changes.map(({ what, from, to }) => [what, from, to]) : again).toEqual(
          [],
        )
      }),
      options,
    )
  })

  test('is pure: the same inputs give the same plan and the same lasting state', () => {
    fc.assert(
      fc.property(cases, ({ input, host, around }) => {
        const parsed = argsOf(type, input)
        if (!parsed) return
        const text = (): string => {
          const facts = factsFrom(host)
          return JSON.stringify([type.plan(parsed.args, facts, around), type.lasting?.(parsed.args, facts, around)])
        }
        expect(text()).toBe(text())
      }),
      options,
    )
  })

  test('every change says what it leaves, can prove that, and can be taken back', () => {
    fc.assert(
      fc.property(cases, ({ input, host, around }) => {
        const parsed = argsOf(type, input)
        const plan = parsed && type.plan(parsed.args, factsFrom(host), around)
        if (plan?.kind !== 'changes') return
        for (const { what, steps, undo, leaves } of plan.changes) {
          // A difference that the change before it brings about has no steps, and may have nothing of its own to prove.
          if (steps.length > 0) expect(leaves.length, what).toBeGreaterThan(0)
          expect(undo.length > 0, `${what}: undo`).toBe(steps.length > 0)
          for (const { reading, value } of leaves) expect(reading.test(value).length, reading.key).toBeGreaterThan(0)
        }
      }),
      options,
    )
  })

  test('absence is no error: a host that answers nothing, or nonsense, gets a plan', () => {
    fc.assert(
      fc.property(args, settings, fc.constantFrom(...failures), (input, around, result) => {
        const parsed = argsOf(type, input)
        if (!parsed) return
        const facts = factsFrom(hostThat(type, parsed.args, result))
        expect(type.plan(parsed.args, facts, around).kind).toBeTruthy()
        type.lasting?.(parsed.args, facts, around)
      }),
      options,
    )
  })

  test('any value as arguments is parsed, or its mistakes are told in our words', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), args) as fc.Arbitrary<Value>, (input) => {
        const parsed = type.parse(input)
        if (parsed.ok) return
        expect(parsed.problems.length).toBeGreaterThan(0)
        for (const { summary } of parsed.problems) expect(summary).not.toMatch(/Invalid|Expected|undefined$|^$/)
      }),
      options,
    )
  })
})
