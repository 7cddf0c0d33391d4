import { describe, expect, test } from 'vitest'
import { resumeCommand } from '../../src/cli/resume.ts'

const save = (hosts: readonly string[]) => `/state/left-${hosts.length}`

describe('the command to go on', () => {
  test.each([
    ['names the hosts that are left', ['run', 'site.yml'], ['rs1', 'rs2'], 'ipvs-play run site.yml --limit rs1,rs2'],
    [
      'in place of the old limit',
      ['run', 'site.yml', '-l', 'realserver', '-D'],
      ['rs1'],
      'ipvs-play run site.yml -D --limit rs1',
    ],
    [
      'whatever its spelling',
      ['run', '--limit=a:b', 'site.yml', '-lrs9'],
      ['rs1'],
      'ipvs-play run site.yml --limit rs1',
    ],
    [
      'quotes for a shell',
      ['run', 'my site.yml', '-e', "x='1'"],
      ['a'],
      `ipvs-play run 'my site.yml' -e 'x='\\''1'\\''' --limit a`,
    ],
    [
      'many hosts go into a file',
      ['run', 'site.yml'],
      'abcdefghi'.split(''),
      'ipvs-play run site.yml --limit @/state/left-9',
    ],
  ])('%s', (_, argv, left, expected) => {
    expect(resumeCommand(argv, left, save)).toBe(expected)
  })
})
