import { expect, test } from 'vitest'
import { createFactBook, NotRead } from '../../src/engine/facts.ts'
import type { CommandResult, Reading } from '../../src/model/task-type.ts'

const source = { key: 'words of a file', command: ['cat', '/words'] as const }
const answer = (stdout: string, more: Partial<CommandResult> = {}): CommandResult => ({
  exitCode: 0,
  stdout,
  stderr: '',
  ...more,
})
const words = (): { reading: Reading<readonly string[]>; parsed: () => number } => {
  let parsed = 0
  const reading: Reading<readonly string[]> = {
    key: `words ${Math.random()}`,
    source,
    parse: ({ stdout }) => {
      parsed++
      return stdout.split(' ')
    },
    test: () => [],
  }
  return { reading, parsed: () => parsed }
}
const told = (result: CommandResult) => {
  const book = createFactBook()
  book.learn(source, result)
  return book.under(new Map())
}

test('what was not read is asked for; what was is parsed once', () => {
  const { reading, parsed } = words()
  expect(() => createFactBook().under(new Map()).of(reading)).toThrow(NotRead)
  const facts = told(answer('a b'))
  expect(facts.of(reading)).toEqual(['a', 'b'])
  facts.of(reading)
  expect(parsed()).toBe(1)
})

test('a prediction lies over what was read', () => {
  const { reading } = words()
  const book = createFactBook()
  book.learn(source, answer('a b'))
  expect(book.under(new Map([[reading.key, ['c']]])).of(reading)).toEqual(['c'])
})

test('hosts that say the same to the letter share what it means; any other answer is parsed anew', () => {
  const { reading, parsed } = words()
  const first = told(answer('a b')).of(reading)
  expect(told(answer('a b')).of(reading)).toBe(first)
  expect(parsed()).toBe(1)
  for (const other of [answer('a c'), answer('a b', { exitCode: 1 }), answer('a b', { stderr: 'x' }), answer('a b')])
    expect(told(other).of(reading)).toEqual(other.stdout.split(' '))
  expect(parsed()).toBe(5)
})
