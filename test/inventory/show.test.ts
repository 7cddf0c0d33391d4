import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import { graph, host, list } from '../../src/inventory/show.ts'

/** Printed by ansible-inventory 2.14 for the same files. */
const recorded = (name: string): string => readFileSync(`${import.meta.dirname}/recorded/${name}`, 'utf8').trimEnd()
const directory = `${import.meta.dirname}/recorded/fleet`
const { value, problems } = await readInventory([`${directory}/inventory`], {
  playbookDirectories: [`${directory}/play`],
})

test('the recorded fleet reads without a complaint', () => {
  expect(problems).toEqual([])
})

test('--list prints what ansible-inventory prints', () => {
  expect(list(value, { as: 'json' })).toBe(recorded('fleet.list.json'))
})

test('--graph prints what ansible-inventory prints', () => {
  expect(graph(value)).toBe(recorded('fleet.graph.txt'))
  expect(graph(value, 'paris')).toBe('@paris:\n  |--@basement:\n  |  |--rs01\n  |--rs06\n  |--rs07\n  |--rs01')
  expect(graph(value, 'nobody')).toBeUndefined()
})

test('--host prints what ansible-inventory prints', () => {
  expect(host(value, 'rs02', { as: 'json' })).toBe(recorded('fleet.rs02.json'))
  expect(host(value, 'nobody', { as: 'json' })).toBeUndefined()
})
