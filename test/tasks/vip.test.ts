import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/model/task-type.ts'
import vip from '../../src/tasks/vip.ts'
import { answered, changesOf, factsFrom, setting } from '../host-facts.ts'
import { outputsOf } from './kernel-host.ts'

const nic = { address: '192.0.2.100', nic: 'eth0' }
const own = 'eth0 inet 192.0.2.11/24 scope global eth0'

const plan = (input: unknown, addresses: readonly string[] = [own], tool = 'iputils\n'): Plan => {
  const parsed = vip.parse(input as never)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const host = new Map([...outputsOf({ devices: ['eth0', 'eth1'], addresses }), ['arping', answered(tool)] as const])
  return vip.plan(parsed.args, factsFrom(host), setting(['director']))
}
const commands = (made: Plan) =>
  changesOf(made).flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'run' ? [step.command] : [])))

describe('a VIP that is not there', () => {
  test('is asked for, added as /32, and announced in both forms', () => {
    const [ask, add, ...announce] = commands(plan(nic))
    expect(ask?.slice(3)).toEqual(['sh', 'eth0', '192.0.2.100', 'arping'])
    expect(add?.join(' ')).toBe('ip addr add 192.0.2.100/32 dev eth0')
    expect(announce.map((words) => words.join(' '))).toEqual([
      'arping -q -U -c 3 -I eth0 192.0.2.100',
      'arping -q -A -c 3 -I eth0 192.0.2.100',
    ])
  })

  test('is announced as often as wished, with what arping there is', () => {
    expect(commands(plan({ ...nic, announce: 0 })).length).toBe(2)
    expect(
      commands(plan({ ...nic, announce: 1 }, [own], 'busybox\n'))
        .at(-1)
        ?.join(' '),
    ).toBe('busybox arping -q -A -c 1 -I eth0 192.0.2.100')
    const silent = plan(nic, [own], '')
    expect(commands(silent)).toEqual([['ip', 'addr', 'add', '192.0.2.100/32', 'dev', 'eth0']])
    expect(silent.kind === 'changes' && silent.notes?.[0]).toMatch(/^no arping here/)
  })

  test('of IPv6 waits for no detection of duplicates and is never a source', () => {
    expect(commands(plan({ address: '2001:DB8::100', nic: 'eth0' }))[0]?.slice(2)).toEqual([
      expect.stringContaining('nodad preferred_lft 0'),
      'sh',
      '2001:db8::100/128',
      'eth0',
    ])
  })
})

test('a VIP that is there is left alone, and taken away on demand unless it carries the session', () => {
  const there = [own, 'eth0 inet 192.0.2.100/32 scope global eth0']
  expect(changesOf(plan(nic, there))).toEqual([])
  const [gone] = changesOf(plan({ ...nic, state: 'absent' }, there))
  expect(gone?.steps).toEqual([
    {
      kind: 'run',
      command: ['ip', 'addr', 'del', '192.0.2.100/32', 'dev', 'eth0'],
      requires: [{ kind: 'not-session', address: '192.0.2.100' }],
    },
  ])
})

test.each([
  [['lo inet 192.0.2.100/32 scope host lo'], /192\.0\.2\.100 is on lo, as on a real server/],
  [['eth1 inet 192.0.2.100/32 scope global eth1'], /192\.0\.2\.100 is on eth1/],
  [['eth0 inet 192.0.2.100/24 scope global eth0'], /192\.0\.2\.100 is on eth0 as \/24/],
])('%j is in the way', (addresses, words) => {
  const made = plan(nic, addresses)
  expect(made.kind === 'refuse' ? made.problem.summary : made.kind).toMatch(words)
})

test.each([
  [{ address: '192.0.2.100/24', nic: 'eth0' }, /a VIP is \/32, not \/24/],
  [{ address: '127.0.0.2', nic: 'eth0' }, /loopback address, no VIP/],
  [{ address: 'web', nic: 'eth0' }, /`web` is not an IP address/],
  [{ address: '192.0.2.100', nic: 'lo' }, /must be the name of an interface, and not lo/],
  [{ address: '192.0.2.100' }, /missing key `nic`/],
])('%j is a mistake that is told', (input, words) => {
  const parsed = vip.parse(input as never)
  expect(parsed.ok ? 'no mistake' : parsed.problems.map(({ summary }) => summary).join()).toMatch(words)
})
