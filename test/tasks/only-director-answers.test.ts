import { expect, test } from 'vitest'
import type { Plan } from '../../src/model/task-type.ts'
import proof from '../../src/tasks/only-director-answers.ts'
import { answered, factsFrom, setting } from '../host-facts.ts'
import { fleet } from './generators/ipvs.ts'
import { outputsOf } from './kernel-host.ts'

interface Host {
  readonly addresses?: readonly string[]
  readonly tool?: string
  /** What the probe said, on stderr; it found all well where there is nothing. */
  readonly wrong?: string
}

const plan = (input: unknown, { addresses = [], tool = 'iputils\n', wrong = '' }: Host = {}): Plan => {
  const parsed = proof.parse(input as never)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const host = new Map([
    ...outputsOf({ devices: ['eth0', 'dummy0'], dummies: ['dummy0'], addresses }),
    ['arping', answered(tool)] as const,
  ])
  const facts = factsFrom(host)
  return proof.plan(
    parsed.args,
    {
      of: (reading) =>
        reading.key.startsWith('answers:')
          ? reading.parse({ exitCode: wrong === '' ? 0 : 1, stdout: '', stderr: `${wrong}\n` })
          : facts.of(reading),
    },
    { ...setting(['director']), fleet },
  )
}
/** The words behind the script: VIP, interface, whether the host holds it, tool, who is known. */
const question = (made: Plan) => {
  const [step] = made.kind === 'opaque' ? made.steps : []
  return step?.kind === 'run' ? step.command.slice(4) : made
}

const ask = { address: '192.0.2.100', nic: 'eth0' }
const known = '02:00:00:00:00:01=realserver rs1'

test.each([
  ['a neighbour', {}, 'no', 'arping'],
  ['a director', { addresses: ['eth0 inet 192.0.2.100/32 scope global eth0'] }, 'yes', 'arping'],
  ['a real server', { addresses: ['lo inet 192.0.2.100/32 scope host lo'] }, 'no', 'arping'],
  ['a real server with a dummy', { addresses: ['dummy0 inet 192.0.2.100/32 scope global dummy0'] }, 'no', 'arping'],
  ['a host with busybox', { tool: 'busybox\n' }, 'no', 'busybox arping'],
  ['a host without arping', { tool: '' }, 'no', ''],
])('%s asks', (_, host, holder, tool) => {
  expect(question(plan(ask, host))).toEqual(['192.0.2.100', 'eth0', holder, tool, known])
})

test('who holds the VIP and has no arping cannot tell', () => {
  const holds = ['eth0 inet 192.0.2.100/32 scope global eth0', 'eth0 inet6 2001:db8::100/128 scope global ']
  const silent = plan(ask, { addresses: holds, tool: '' })
  expect(silent.kind === 'refuse' && silent.problem.summary).toBe(
    'this host holds 192.0.2.100 and cannot ask who else does',
  )
  expect(plan({ address: '2001:db8::100', nic: 'eth0' }, { addresses: holds }).kind).toBe('skip')
})

test('check says what is so now', () => {
  expect(plan(ask)).toMatchObject({ foretold: [] })
  const wrong = '192.0.2.100 is answered by real server rs1 (02:00:00:00:00:01)'
  expect(plan(ask, { wrong })).toMatchObject({ amiss: { summary: wrong } })
})
