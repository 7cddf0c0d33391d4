import { expect, test } from 'vitest'
import { nearest } from '../src/nearest.ts'

test.each([
  ['sysctll', 'sysctl'],
  ['whne', 'when'],
  ['hwen', 'when'],
  ['tgas', 'tags'],
  ['when', 'when'],
  ['entirely', undefined],
  ['nehw', undefined],
])('%s → %s', (word, meant) => {
  expect(nearest(word, ['when', 'tags', 'sysctl', 'register'])).toBe(meant)
})

test('one letter is near to no other', () => {
  expect(nearest('i', ['r', 'e'])).toBeUndefined()
})

test('nothing is near where nothing is known', () => {
  expect(nearest('when', [])).toBeUndefined()
})
