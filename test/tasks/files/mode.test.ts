import { expect, test } from 'vitest'
import { modeFrom, modeProblems } from '../../../src/tasks/files/mode.ts'
import recorded from '../recorded/chmod.json' with { type: 'json' }

// What chmod of coreutils 9.1 makes of a mode, without a umask.
test.each(recorded.map(([mode = '', now = '', after = '']) => ({ mode, now, after })))(
  '$mode on $now is $after',
  ({ mode, now, after }) => {
    expect(modeProblems(mode)).toEqual([])
    expect(modeFrom(mode, now)).toBe(after)
  },
)

test.each(['644', '0644', '04755'])('%s is octal whatever there was', (mode) => {
  expect(modeFrom(mode, '0777')).toBe(mode.replace(/^0+/, '').padStart(4, '0'))
})
