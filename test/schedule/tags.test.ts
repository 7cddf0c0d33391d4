import { expect, test } from 'vitest'
import { isChosen } from '../../src/schedule/tags.ts'

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '')

// As ansible-playbook of ansible-core chooses.
test.each([
  // a task's tags, --tags, --skip-tags, chosen
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['never a', '', '', false],
  ['always', '', '', true],
  ['', 'a', '', false],
  ['a', 'a', '', true],
  ['b', 'a', '', false],
  ['a b', 'b', '', true],
  ['a', 'b a', '', true],
  ['always', 'a', '', true],
  ['never', 'never', '', true],
  ['never a', 'a', '', true],
  ['never a', 'b', '', false],
  ['', 'all', '', true],
  ['a', 'all', '', true],
  ['never', 'all', '', false],
  ['never a', 'all a', '', true],
  ['', 'tagged', '', false],
  ['a', 'tagged', '', true],
  ['never', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['always', 'untagged', '', true],
  ['a', '', 'a', false],
  ['a b', '', 'a', false],
  ['b', '', 'a', true],
  ['', '', 'a', true],
  ['a b', 'b', 'a', false],
  ['always', '', 'always', false],
  ['always', 'a', 'always', false],
  ['always a', '', 'a', false],
  ['', '', 'all', false],
  ['a', '', 'all', false],
  ['always', '', 'all', true],
  ['always', '', 'all always', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['always', '', 'tagged', false],
  ['', '', 'untagged', false],
  ['a', '', 'untagged', true],
] as const)('tags [%s] with --tags [%s] --skip-tags [%s]: %s', (own, tags, skipTags, chosen) => {
  expect(isChosen(words(own), { tags: words(tags), skipTags: words(skipTags) })).toBe(chosen)
})
