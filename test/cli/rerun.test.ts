import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refused } from '../../src/cli/problems.ts'
import { limitTo, readRerun } from '../../src/cli/rerun.ts'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { fleet } from '../schedule/fleet.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ipvs-play-rerun-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const task = { play: 'p', task: 't', task_id: '1.1', where: 'site.yml:3', differences: [], seconds: 0 }
const started = { type: 'run-started', run: 'R', playbook: 'site.yml', check: false, hosts: ['rs1', 'rs2', 'rs3'] }

let runs = 0
/** A state folder whose last run wrote these lines. */
const stateWith = (...lines: readonly (object | string)[]): string => {
  const state = join(home, `state${++runs}`)
  const folder = join(state, 'ipvs-play/runs')
  mkdirSync(join(folder, 'R'), { recursive: true })
  symlinkSync('R', join(folder, 'last'))
  const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join('')
  writeFileSync(join(folder, 'R/events.ndjson'), text)
  return state
}

const refusal = (act: () => unknown): string => {
  try {
    act()
  } catch (cause) {
    if (cause instanceof Refused) return cause.problems.map(({ summary, hint }) => `${summary}; ${hint}`).join('\n')
    throw cause
  }
  return 'nothing was refused'
}

describe('the hosts of the last run', () => {
  const events = [
    started,
    { type: 'task-finished', ...task, host: 'rs2', status: 'failed' },
    { type: 'task-finished', ...task, host: 'rs1', status: 'failed', ignored: true },
    { type: 'host-unreachable', host: 'rs3', reason: 'refused', touched: 'no' },
    { type: 'host-locked', host: 'rs1', owner: 'somebody' },
  ]

  test('that failed, or could not get their turn', () => {
    expect(readRerun('failed', stateWith(...events))).toEqual({ run: 'R', playbook: 'site.yml', hosts: ['rs2', 'rs1'] })
  })

  test('that were not reached, of a run that was cut off', () => {
    expect(readRerun('unreachable', stateWith(...events, '{"type":"task-fin')).hosts).toEqual(['rs3'])
  })

  test('are told when there are none', () => {
    expect(refusal(() => readRerun('failed', stateWith(started)))).toBe(
      'no host failed in the last run, R; leave --rerun out to run on all hosts',
    )
    expect(refusal(() => readRerun('unreachable', join(home, 'nowhere')))).toBe(
      'there is no last run to go on with; leave --rerun out, or name the hosts with --limit',
    )
  })

  test('and what is none of the kinds is named', () => {
    expect(refusal(() => readRerun('fialed'))).toBe('--rerun fialed is unknown; did you mean `failed`?')
    expect(refusal(() => readRerun('20261124T041200Z-x7k2'))).toMatch(/^`--rerun RUN`.* is not in this version yet/)
  })
})

test.each([
  [undefined, ['rs1', 'rs3']],
  ['rs3:rs4', ['rs3']],
  ['realserver,!rs3', ['rs1']],
  ['!rs1', ['rs3']],
])('a limit of %s is kept beside it', (limit, hosts) => {
  const { value, problems } = selectHosts(limitTo(['rs1', 'rs3'], limit), fleet())
  expect(problems).toEqual([])
  expect(value).toEqual(hosts)
})
