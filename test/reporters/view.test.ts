import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { RunEvent, Status } from '../../src/model/event.ts'
import { drawView } from '../../src/reporters/draw-view.ts'
import { createPaint } from '../../src/reporters/paint.ts'
import { newView, showEvent } from '../../src/reporters/view.ts'
import { seed } from '../part.ts'
import { begun, finished, play, stamp, started } from './events.ts'

const paint = createPaint(false)
const draw = (events: readonly RunEvent[], rows = 24, columns = 80, now = 0): readonly string[] => {
  const view = newView()
  for (const event of events) showEvent(view, event, 0)
  return drawView(view, { rows, columns }, { paint, now, spinner: '*' })
}
const fleet = (n: number) => Array.from({ length: n }, (_, index) => `rs${String(index + 1).padStart(3, '0')}`)

describe('the live list', () => {
  test('a row per task with counts', () => {
    const events = [
      started(['a', 'b', 'c']),
      play(['a', 'b', 'c'], ['Guards', 'Hold']),
      finished('a', 'ok'),
      finished('b', 'changed'),
    ]
    expect(draw(events, 24, 80, 4000)).toEqual([
      'site.yml on 3 hosts · 4 s',
      '* Real servers (3 hosts)',
      '  * Guards  changed 1 ok 1 to go 1',
      '      ± b',
      '  · Hold',
    ])
  })

  test('a row moves on what was received: a task that was only sent does not run', () => {
    expect(draw([started(['a']), play(['a'])])[2]).toBe('  · Hold the VIP')
    expect(draw([started(['a']), play(['a']), begun('a')], 24, 80, 3000)).toContain('      … a 3 s')
  })

  test('host lines: failed first, then changed, five at most; the slowest always has one', () => {
    const hosts = fleet(40)
    const events = [
      started(hosts),
      play(hosts),
      ...hosts.slice(0, 3).map((host) => finished(host, 'failed', { reason: 'did not take' })),
      ...hosts
        .slice(3, 10)
        .map((host) => finished(host, 'changed', { differences: [{ what: 'lo', from: 'a', to: 'b' }] })),
      ...hosts.slice(10, 20).map((host) => begun(host)),
    ]
    const lines = draw(events).filter((line) => line.startsWith('      '))
    expect(lines.map((line) => line.trim()[0])).toEqual(['✖', '✖', '✖', '±', '…'])
  })

  test('a finished play is one line', () => {
    const events = [started(['a']), play(['a']), finished('a', 'changed'), play(['a'], ['Next'], 2)]
    expect(draw(events)[1]).toBe('✔ Real servers (1 host) changed 1')
  })

  test('a finished play counts its hosts by the worst that happened to them, and its numbers are never cut', () => {
    const hosts = fleet(5)
    const [a = '', b = '', c = ''] = hosts
    const events = [
      started(hosts),
      play(hosts, ['Guards', 'Hold']),
      ...hosts.map((host) => finished(host, 'ok')),
      finished(a, 'changed', { task_id: '1.2' }),
      finished(b, 'failed', { task_id: '1.2' }),
      stamp({ type: 'host-unreachable', host: c, reason: 'no route', touched: 'unknown' }),
      play(hosts, ['Next'], 2),
    ]
    expect(draw(events)[1]).toBe('✖ Real servers (5 hosts) unreachable 1 failed 1 changed 1 ok 2')
    expect(draw(events, 24, 60)[1]).toBe('✖ Real serv… (5 hosts) unreachable 1 failed 1 changed 1 ok 2')
  })

  test('a failing host stays on the screen when the rows of its task would be folded', () => {
    const hosts = fleet(10)
    const tasks = Array.from({ length: 30 }, (_, index) => `Task ${index + 1}`)
    const [first = '', ...others] = hosts
    const events = [
      started(hosts),
      play(hosts, tasks),
      finished(first, 'failed', { reason: 'did not take' }),
      ...others.flatMap((host) => ['1.1', '1.2', '1.3'].map((task_id) => finished(host, 'ok', { task_id }))),
    ]
    for (const rows of [9, 12, 20]) expect(draw(events, rows)).toContain(`      ✖ ${first} did not take`)
  })

  test('200 hosts, 40 tasks, 24 rows: finished and waiting rows are folded', () => {
    const hosts = fleet(200)
    const tasks = Array.from({ length: 40 }, (_, index) => `Task ${index + 1}`)
    const done = tasks
      .slice(0, 20)
      .flatMap((_, index) => hosts.map((host) => finished(host, 'ok', { task_id: `1.${index + 1}` })))
    const some = hosts.slice(0, 50).map((host) => finished(host, 'ok', { task_id: '1.21' }))
    const lines = draw([started(hosts), play(hosts, tasks), ...done, ...some], 21)
    expect(lines).toContain('  ✔ 20 tasks finished')
    expect(lines).toContain('  · 19 tasks waiting')
    expect(lines).toContain('  * Task 21  ok 50 to go 150')
  })

  test('is never taller or wider than the terminal, whatever happens', () => {
    const status = fc.constantFrom<Status>('ok', 'changed', 'would-change', 'unknown', 'skipped', 'failed', 'not-run')
    const text = fc.string({ unit: 'binary', maxLength: 120 })
    const host = fc.constantFrom(...fleet(30))
    const id = fc.integer({ min: 1, max: 30 }).map((n) => `1.${n}`)
    const event: fc.Arbitrary<RunEvent> = fc.oneof(
      fc
        .tuple(host, status, id, text)
        .map(([name, is, task_id, reason]) => finished(name, is, { task_id, reason, task: reason })),
      fc.tuple(host, id).map(([name, task_id]) => begun(name, task_id)),
      fc
        .tuple(host, text)
        .map(([name, reason]) => stamp({ type: 'host-unreachable', host: name, reason, touched: 'no' })),
      text.map((notice) => stamp({ type: 'notice', text: notice })),
      fc.constant(play(fleet(30), ['Next'], 2)),
    )
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 20, max: 120 }),
        (events, rows, columns) => {
          const tasks = Array.from({ length: 30 }, (_, index) => `Task ${index + 1}`)
          const lines = draw([started(fleet(30), true), play(fleet(30), tasks), ...events], rows, columns)
          expect(lines.length).toBeLessThanOrEqual(rows)
          for (const line of lines) {
            expect(stringWidth(line)).toBeLessThanOrEqual(columns)
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
          }
        },
      ),
      { numRuns: 30, seed },
    )
  }, 30_000)
})
