import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { createPlain } from '../../src/reporters/plain.ts'
import { nothing } from '../../src/reporters/tally.ts'
import { finished, play, stamp, started } from './events.ts'

const printed = async (
  events: readonly RunEvent[],
  options: { diff?: boolean; verbosity?: number } = {},
): Promise<string> => {
  let text = ''
  const plain = createPlain(
    (part) => {
      text += part
    },
    { color: false, diff: false, verbosity: 0, ...options },
  )
  for (const event of events) plain.report(event)
  await plain.finish?.()
  return text
}
const over = (exit: number, recap = {}, more = {}): RunEvent =>
  stamp({ type: 'run-finished', exit, reasons: exit === 0 ? [] : [exit], seconds: 1.234, recap, ...more })
const difference = { what: 'net.ipv4.ip_forward', from: '0', to: '1' }

describe('plain output', () => {
  test('a line per event that matters; what is ok only when asked for', async () => {
    const events = [
      started(['rs1', 'rs2']),
      play(['rs1', 'rs2']),
      finished('rs1', 'ok'),
      finished('rs2', 'changed', { differences: [difference] }),
    ]
    expect(await printed(events)).toBe('PLAY 1 Real servers (2 hosts)\nchanged      rs2  Hold the VIP: 1 difference\n')
    expect(await printed(events, { verbosity: 1 })).toContain('ok           rs1  Hold the VIP\n')
  })

  test('what debug says is shown though it is ok', async () => {
    expect(await printed([finished('rs1', 'ok', { result: { msg: 'hello' } })])).toBe(
      'ok           rs1  Hold the VIP: hello\n',
    )
  })

  test('text from a host reaches the terminal without control characters', async () => {
    const text = await printed([finished('rs1', 'failed', { reason: 'red \u001b[31m\u0007 \u202e text\nsecond line' })])
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/)
    expect(text).toContain('\\x1b[31m\\x07 \\u202e text ⏎ second line')
  })

  test('equal differences of many hosts are shown once', async () => {
    const hosts = ['rs1', 'rs2', 'rs3']
    const text = await printed(
      [started(hosts), ...hosts.map((host) => finished(host, 'changed', { differences: [difference] })), over(0, {})],
      { diff: true },
    )
    expect(text.match(/net\.ipv4\.ip_forward/g)).toHaveLength(1)
    expect(text).toContain('Hold the VIP changed on 3 hosts: rs1, rs2, rs3\n  net.ipv4.ip_forward: 0 → 1')
  })

  test('hosts that fared alike share a row of the recap, and what is wrong comes last', async () => {
    const recap = Object.fromEntries([
      ...Array.from({ length: 9 }, (_, index) => [`rs${index + 1}`, { ...nothing(), ok: 2, changed: 1 }]),
      ['rs10', { ...nothing(), ok: 1, failed: 1 }],
    ])
    const lines = (
      await printed([
        finished('rs10', 'failed', { reason: 'eth0 arp_ignore is 0', hint: 'set the guards first' }),
        over(2, recap, { resume: 'ipvs-play run site.yml --limit rs10' }),
      ])
    ).split('\n')
    expect(lines).toContain('rs1, rs2 … (9)  ok 2  changed 1')
    expect(lines).toContain('rs10            ok 1             failed 1')
    expect(lines.slice(-8)).toEqual([
      'FAILED Hold the VIP (site.yml:20) on rs10',
      '    eth0 arp_ignore is 0',
      '    help: set the guards first',
      '',
      '10 hosts: 9 changed, 1 failed · 1.2 s · exit 2',
      '',
      'to go on: ipvs-play run site.yml --limit rs10',
      '',
    ])
  })

  test('an unreachable host says whether it was touched', async () => {
    const text = await printed([
      stamp({ type: 'host-unreachable', host: 'rs4', reason: 'connection refused', touched: 'no' }),
      over(4, {}),
    ])
    expect(text).toContain('UNREACHABLE rs4: connection refused (touched: no)')
  })

  test('check mode says how much stands behind an unknown', async () => {
    const text = await printed([started(['a'], true), finished('a', 'ok', { behind_unknown: true }), over(0, {})])
    expect(text).toContain('check mode: nothing is written on any host')
    expect(text).toContain('1 task stands behind an unknown')
  })

  test('check mode names what is carried out all the same', async () => {
    const text = await printed([started(['a'], true, 2), over(0, {})])
    expect(text).toContain('nothing is written on any host but by 2 tasks with check_mode: false')
  })
})
