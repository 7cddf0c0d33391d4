import { describe, expect, test } from 'vitest'
import { resumeCommand } from '../../src/cli/resume.ts'
import { runCommand } from '../../src/cli/run.ts'

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
      'and of an old choice of hosts',
      ['run', 'site.yml', '--rerun', 'failed'],
      ['rs1'],
      'ipvs-play run site.yml --limit rs1',
    ],
    ['behind other flags', ['run', '-vl', 'rs1', 'a.yml'], ['rs2'], 'ipvs-play run -v a.yml --limit rs2'],
    ['with its value in the same word', ['run', '-vDlrs1', 'a.yml'], ['rs2'], 'ipvs-play run -vD a.yml --limit rs2'],
    [
      'but not in the value of another flag',
      ['run', '-ul', '-fl', '-iall', 'a.yml'],
      ['rs2'],
      'ipvs-play run -ul -fl -iall a.yml --limit rs2',
    ],
    [
      'nor in a name that only begins alike',
      ['run', '--list', 'a.yml', '--', '-l'],
      ['rs2'],
      'ipvs-play run --list a.yml --limit rs2 -- -l',
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

  const flags = runCommand().options.filter(({ short, required }) => short && !required)
  test('knows flags', () => expect(flags.length).toBeGreaterThan(3))
  test.each(flags.map(({ short }) => short))('leaves %s of a cluster with -l', (short) => {
    expect(resumeCommand(['run', `${short}l`, 'rs1', 'a.yml'], ['rs2'], save)).toBe(
      `ipvs-play run ${short} a.yml --limit rs2`,
    )
  })
})
