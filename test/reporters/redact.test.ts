import { describe, expect, test } from 'vitest'
import { createNdjson } from '../../src/reporters/ndjson.ts'
import { createRedactor, redactText } from '../../src/reporters/redact.ts'
import { createTally } from '../../src/reporters/tally.ts'
import { finished, stamp } from './events.ts'

describe('redaction', () => {
  test.each(['task', 'host', 'fail', 'finished', 'unreachable'])(
    'the password %s hides no event and no host',
    (secret) => {
      const redact = createRedactor(new Set([secret]))
      const failed = redact(finished('rs1', 'failed', { reason: `said ${secret}!` }))
      expect(failed).toMatchObject({
        type: 'task-finished',
        host: 'rs1',
        status: 'failed',
        task_id: '1.1',
        reason: 'said ***!',
      })
      const tally = createTally()
      tally.see(failed)
      tally.see(redact(stamp({ type: 'host-unreachable', host: 'rs2', reason: secret, touched: 'no' })))
      expect(tally.reasons({ detailed: false })).toEqual([2, 4])
      expect(Object.keys(tally.recap())).toEqual(['rs1', 'rs2'])
    },
  )

  test('reaches into differences, results and notes, keys too', () => {
    const redact = createRedactor(new Set(['s3cret']))
    const text = JSON.stringify(
      redact(
        finished('rs1', 'changed', {
          differences: [{ what: 'file', from: '', to: 'password=s3cret' }],
          result: { changed: true, s3cret: ['x s3cret y'] },
          notes: ['s3cret'],
        }),
      ),
    )
    expect(text).not.toContain('s3cret')
    expect(text).toContain('password=***')
  })
})

describe('redactText', () => {
  test.each([
    [['abcd', 'abcdef'], 'x abcdef y', 'x *** y'],
    [['abcdef', 'efghij'], 'x abcdefghij y', 'x *** y'],
    [['aaaa'], 'aaaaaaaaa', '***'],
    [['abcd'], 'abcdabcd!', '******!'],
    [['abc'], 'abc', 'abc'],
    [['pass wörd'], 'pass+w%C3%B6rd cGFzcyB3w7ZyZA== pass\\\\u0020', '*** ***== pass\\\\u0020'],
  ])('of %j in %j leaves %j', (secrets, text, shown) => {
    expect(redactText(new Set(secrets))(text)).toBe(shown)
  })

  test('what is added later counts from then on', () => {
    const secrets = new Set(['first1'])
    const clean = redactText(secrets)
    expect(clean('first1 second2')).toBe('*** second2')
    secrets.add('second2')
    expect(clean('first1 second2')).toBe('*** ***')
  })
})

test('JSON lines hold no character that a terminal would act on, and the same value', () => {
  let line = ''
  const ndjson = createNdjson((text) => {
    line += text
  })
  const reason = 'a\u009b31m\u202e\u001b[0m\u007f é 日本'
  ndjson.report(finished('rs1', 'failed', { reason }))
  expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(line).toContain('é 日本')
  expect(JSON.parse(line).reason).toBe(reason)
})
