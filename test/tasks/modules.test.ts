import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import modules from '../../src/tasks/modules.ts'
import { answered, factsFrom, setting } from '../host-facts.ts'
import { filesOutput, printed } from './file-outputs.ts'

const planned = (input: Value, { loaded = '', load = printed.absent, options = printed.absent } = {}) => {
  const parsed = modules.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const outputs = new Map([
    ['kernel-modules', answered(`${loaded}@\nkernel/block/bsg.ko\n@\n`)] as const,
    ...filesOutput('files:/etc/modules-load.d/ipvs-play.conf /etc/modprobe.d/ipvs-play.conf', [load, options]),
  ])
  return modules.plan(parsed.args, factsFrom(outputs), setting())
}
const steps = (all: readonly object[]) =>
  all.map((step) => {
    if ('command' in step) return (step.command as string[]).join(' ')
    return 'content' in step ? Buffer.from(step.content as Uint8Array).toString() : ''
  })
const vs = 'ip_vs 1 0 - Live 0x0\n'
const header = '# Written by ipvs-play (task modules).\n'

test.each<[Value, object, string[], string[]]>([
  [
    ['ip_vs', 'bsg'],
    {},
    ['module ip_vs: absent → loaded', 'boot module ip_vs: absent → loaded', 'boot module bsg: absent → loaded'],
    ['modprobe -- ip_vs', `${header}ip_vs\nbsg\n`],
  ],
  ['ip-vs', { loaded: vs, load: printed.file('ip_vs\n') }, [], []],
  [
    ['dummy'],
    { loaded: 'dummy 1 0 - Live 0x0\n', load: printed.file(`${header}ip_vs\n`) },
    ['boot module dummy: absent → loaded'],
    [`${header}ip_vs\ndummy\n`],
  ],
  [
    { name: 'ip_vs', params: 'conn_tab_bits=15' },
    {},
    [
      'module ip_vs: absent → loaded',
      'boot module ip_vs: absent → loaded',
      'options of ip_vs: absent → conn_tab_bits=15',
    ],
    ['modprobe -- ip_vs conn_tab_bits=15', `${header}ip_vs\n`, `${header}options ip_vs conn_tab_bits=15\n`],
  ],
  [{ name: 'ip_vs', persistent: 'disabled' }, {}, ['module ip_vs: absent → loaded'], ['modprobe -- ip_vs']],
  [
    { name: 'ip_vs', state: 'absent' },
    { loaded: vs, load: printed.file(`${header}ip_vs\n`), options: printed.file('options ip_vs a=1\n') },
    ['boot module ip_vs: loaded → absent', 'options of ip_vs: a=1 → absent', 'module ip_vs: loaded → absent'],
    ['rm -f -- /etc/modules-load.d/ipvs-play.conf', 'rm -f -- /etc/modprobe.d/ipvs-play.conf', 'modprobe -r -- ip_vs'],
  ],
])('%j on %j', (input, host, told, run) => {
  const plan = planned(input, host)
  if (plan.kind !== 'changes') throw new Error(JSON.stringify(plan))
  expect(plan.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)).toEqual(told)
  expect(steps(plan.changes.flatMap((change) => change.steps))).toEqual(run)
})

test('parameters of what is loaded already wait for its next load, which is told', () => {
  expect(planned({ name: 'ip_vs', params: 'a=1' }, { loaded: vs })).toMatchObject({
    notes: ['ip_vs is loaded already: its parameters hold from its next load on'],
  })
})

test.each<[Value, object, string]>([
  [{ name: 'bsg', state: 'absent' }, {}, 'bsg is part of the kernel'],
  [{ name: 'ip_vs', state: 'absent' }, { loaded: 'ip_vs 1 1 ip_vs_rr, Live 0x0\n' }, 'ip_vs is used by ip_vs_rr'],
  ['ip_vs', { load: printed.link('/dev/null') }, '/etc/modules-load.d/ipvs-play.conf is no text file of ours'],
])('%j is refused on %j', (input, host, summary) => {
  expect(planned(input, host)).toMatchObject({ kind: 'refuse', problem: { summary } })
})

test.each<[Value, string]>([
  [[], 'must not be empty'],
  ['a b', 'must be the name of a kernel module'],
  [{ name: ['a', 'b'], params: 'c=1' }, '`params` are those of one module'],
  [{ name: 'a', params: 'x\ny' }, 'must be words like'],
  [{ name: 'a', persistent: true }, 'must be `present`, `absent` or `disabled`'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = modules.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})
