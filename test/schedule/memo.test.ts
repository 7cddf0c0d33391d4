import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Binding, Scope } from '../../src/model/document.ts'
import type { Task } from '../../src/model/schedule.ts'
import { createMemo } from '../../src/schedule/memo.ts'
import { resolve } from '../../src/schedule/resolve.ts'
import { fleet, scheduleText, scopeOf, taskOf } from './fleet.ts'

const scopeWith = (values: Readonly<Record<string, string>>): Scope => ({
  get: (name): Binding | undefined =>
    Object.hasOwn(values, name) ? { kind: 'value', value: values[name] ?? '' } : undefined,
  names: () => Object.keys(values),
})

/** A result that depends on `b` only where `a` says so. */
const compute = (scope: Scope): { readonly seen: unknown } => {
  const a = scope.get('a')
  return { seen: a?.kind === 'value' && a.value === 'look' ? [a, scope.get('b')] : [a] }
}

test('what is recalled is what would be computed', () => {
  const value = fc.option(fc.constantFrom('look', 'x', 'y'), { nil: undefined })
  const scopes = fc.array(fc.record({ a: value, b: value, c: value }), { maxLength: 40 })
  fc.assert(
    fc.property(scopes, (all) => {
      const memo = createMemo()
      const { task } = { task: {} as Task }
      for (const each of all) {
        const known = Object.fromEntries(Object.entries(each).filter(([, text]) => text !== undefined))
        const scope = scopeWith(known as Record<string, string>)
        expect(memo.recall(task, scope, compute)).toEqual(compute(scope))
      }
    }),
  )
})

test('hosts on which a task means the same share its arguments', async () => {
  const inventory = fleet({ rs1: 'weight: 1', rs2: 'weight: 2', rs4: 'vip: 192.0.2.101' })
  const scheduled = await scheduleText('- hosts: realserver\n  tasks: [{vip-on-lo: "{{ vip }}"}]\n', { inventory })
  const { play, task } = taskOf(scheduled, '1.1')
  const on = (host: string) => resolve(task, play, scopeOf(scheduled, play, host))
  // The bindings of a variable differ from host to host in this inventory; only their nodes can be the same.
  expect(on('rs1')).toBe(on('rs2'))
  expect(on('rs3')).toBe(on('rs1'))
  expect(on('rs4')).toMatchObject({ items: [{ args: { address: '192.0.2.101' } }] })
  expect(on('rs1')).toMatchObject({ items: [{ args: { address: '192.0.2.100' } }] })
})
