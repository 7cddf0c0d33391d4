import { expect, test } from 'vitest'
import { Refused, withoutSecretsIn } from '../../src/cli/problems.ts'

test('a crash report tells no secret', () => {
  const cause = new Error('cannot read "hunter22" of /aHVudGVyMjI=')
  const clean = withoutSecretsIn(cause, new Set(['hunter22'])) as Error
  expect(clean.message).toBe('cannot read "***" of /***=')
  expect(clean.stack).not.toMatch(/hunter22|aHVudGVyMj/)
  expect(clean.stack).toContain('problems.test.ts')
})

test('a refusal keeps its problems', () => {
  const refused = new Refused([{ severity: 'error', summary: 'x' }])
  expect(withoutSecretsIn(refused, new Set(['hunter22']))).toBe(refused)
})
