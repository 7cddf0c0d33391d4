import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pinged } from '../../src/model/ping.ts'
import { createPaint } from '../../src/reporters/paint.ts'
import { drawPing } from '../../src/reporters/ping-table.ts'
import { textWidth } from '../../src/text-width.ts'

const paint = createPaint(false)
const well: Pinged = {
  host: 'rs1',
  address: '10.0.0.11',
  port: 22,
  via: [],
  user: 'ops',
  become: 'root',
  status: 'well',
  os: 'Debian GNU/Linux 12 (bookworm)',
  shell: 'bash',
  missing: [],
  wanting: [],
  milliseconds: 41,
}

test('the worst first, each with its trouble; what to do is told once', () => {
  const hint = 'add the public key to ops’s authorized_keys there'
  const lines = drawPing(
    [
      well,
      { ...well, host: 'rs2', address: '10.0.0.12', status: 'unfit', reason: 'lacks ip', milliseconds: 40 },
      { ...well, host: 'lb1', address: 'fd00::1', port: 2222, via: ['bastion'], wanting: ['ipvsadm'] },
      { ...well, host: 'rs3', os: '', shell: '', status: 'unreachable', reason: 'no key\nfits', hint },
      { ...well, host: 'rs4', os: '', shell: '', status: 'unreachable', reason: 'no key fits', hint },
      { ...well, host: 'rs5', status: 'failed', reason: 'wrong become password' },
    ],
    { columns: 80, paint },
  )
  expect(lines).toEqual([
    '   HOST  ADDRESS                     USER        SYSTEM           MS',
    '✖  rs3   10.0.0.11                   ops → root                   41',
    '   unreachable: no key ⏎ fits',
    '✖  rs4   10.0.0.11                   ops → root                   41',
    '   unreachable: no key fits',
    '✖  rs5   10.0.0.11                   ops → root  Debian 12, bash  41',
    '   failed: wrong become password',
    '✖  rs2   10.0.0.12                   ops → root  Debian 12, bash  40',
    '   unfit: lacks ip',
    '✔  rs1   10.0.0.11                   ops → root  Debian 12, bash  41',
    '✔  lb1   [fd00::1]:2222 via bastion  ops → root  Debian 12, bash  41',
    '',
    'note: no ipvsadm on lb1',
    'help (rs3, rs4): add the public key to ops’s authorized_keys there',
    '6 hosts: 2 well, 1 unfit, 1 failed, 2 unreachable: rs3, rs4, rs5, rs2',
  ])
})

test('of many hosts the slow ones stand above the quick ones', () => {
  const fleet = Array.from({ length: 200 }, (_, at) => ({ ...well, host: `rs${at}`, milliseconds: at }))
  const lines = drawPing(fleet, { columns: 80, paint })
  expect(lines).toHaveLength(203)
  expect(lines[1]).toMatch(/^✔ {2}rs199 .* 199$/)
  expect(lines.at(-1)).toBe('200 hosts: 200 well')
})

describe('whatever hosts say', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom('\u001b', '\n', '\u0000', '\u009b'),
    ),
    maxLength: 60,
  })
  const pinged: fc.Arbitrary<Pinged> = fc.record({
    host: text,
    address: text,
    port: fc.nat(65535),
    via: fc.array(text, { maxLength: 3 }),
    user: text,
    become: text,
    status: fc.constantFrom('unreachable', 'failed', 'unfit', 'well'),
    reason: text,
    hint: text,
    os: text,
    shell: text,
    missing: fc.constant([]),
    wanting: fc.array(text, { maxLength: 2 }),
    milliseconds: fc.nat(60_000),
  })

  test('no row is wider than the terminal, and nothing of it reaches the terminal as a control', () => {
    fc.assert(
      fc.property(
        fc.array(pinged, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 60, max: 200 }),
        (all, columns) => {
          const rows = drawPing(all, { columns, paint })
          for (const row of rows) {
            expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
            // A single word of a reason may be longer than a line: it is not cut.
            if (/^[✔✖]/.test(row)) expect(textWidth(row)).toBeLessThanOrEqual(columns)
          }
        },
      ),
    )
  })
})
