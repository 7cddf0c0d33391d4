import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import packageTask from '../../src/tasks/package.ts'
import { answered, factsFrom, setting } from '../host-facts.ts'

const parse = (input: Value) => packageTask.parse(packageTask.spelled?.(input) ?? input)

/** `aa` 1 is installed and 2 is to be had; `bb` 3 is to be had; nobody has `cc`. The lists are 500 s old. */
const host =
  'manager=apt\nage=500\n=aa aa 1 installed\n=dd dd 1 config-files\npolicy=\naa:\n  Installed: 1\n  Candidate: 2\nbb:\n  Installed: (none)\n  Candidate: 3\ncc:\n  Installed: (none)\n  Candidate: (none)\n'
const planned = (input: Value, stdout = host) => {
  const parsed = parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const outputs = packageTask.readings(parsed.args).map(({ source }) => [source.key, answered(stdout)] as const)
  return packageTask.plan(parsed.args, factsFrom(new Map(outputs)), setting())
}
const apt = (steps: readonly object[]) =>
  steps.map((step) =>
    'command' in step
      ? (step.command as string[])
          .slice(7)
          .join(' ')
          .replace(/-o \S+ /g, '')
      : '',
  )

test.each<[Value, string[], string[], string[]]>([
  [{ name: 'aa' }, [], [], []],
  [{ name: 'bb', state: 'absent' }, [], [], []],
  [{ name: ['aa', 'bb'] }, ['bb: absent → 3'], ['install -- bb'], ['remove -- bb']],
  [
    { pkg: 'aa, bb', state: 'latest', install_recommends: false },
    ['aa: 1 → 2', 'bb: absent → 3'],
    ['--no-install-recommends install -- aa bb'],
    ['--allow-downgrades install -- aa=1', 'remove -- bb'],
  ],
  [
    { name: 'aa=0', allow_downgrade: true },
    ['aa: 1 → 0'],
    ['--allow-downgrades install -- aa=0'],
    ['--allow-downgrades install -- aa=1'],
  ],
  [{ name: 'aa=1' }, [], [], []],
  [
    { name: ['aa', 'bb'], state: 'absent', purge: true },
    ['aa: 1 → absent'],
    ['purge -- aa'],
    ['--allow-downgrades install -- aa=1'],
  ],
  [{ name: 'bb', update_cache: true }, ['bb: absent → installed'], ['update', 'install -- bb'], ['remove -- bb']],
  [{ name: 'bb', cache_valid_time: 400 }, ['bb: absent → installed'], ['update', 'install -- bb'], ['remove -- bb']],
  [{ name: 'bb', cache_valid_time: 600 }, ['bb: absent → 3'], ['install -- bb'], ['remove -- bb']],
  [{ name: 'cc', update_cache: true }, ['cc: absent → installed'], ['update', 'install -- cc'], ['remove -- cc']],
])('%j', (input, told, run, undo) => {
  const plan = planned(input)
  if (plan.kind !== 'changes') throw new Error(JSON.stringify(plan))
  expect(plan.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)).toEqual(told)
  expect(apt(plan.changes.flatMap(({ steps }) => steps))).toEqual(run)
  expect(apt(plan.changes.flatMap((change) => change.undo))).toEqual(undo)
})

test('what is the latest is known only with lists that are not due', () => {
  const plan = planned({ name: 'aa', state: 'latest', update_cache: true })
  expect(plan.kind === 'opaque' && apt(plan.steps)).toEqual(['update', 'install -- aa'])
  expect(plan).not.toHaveProperty('foretold')
  const said = (line: string) =>
    plan.kind === 'opaque' && plan.changed?.([answered(''), answered(`Reading…\n${line}, 0 to remove.\n`)])
  expect(said('0 upgraded, 0 newly installed')).toBe(false)
  expect(said('1 upgraded, 0 newly installed')).toBe(true)
})

test('lists alone are no change', () => {
  expect(planned({ update_cache: true })).toMatchObject({ kind: 'opaque', foretold: [] })
  expect(planned({ cache_valid_time: 600 })).toMatchObject({ kind: 'changes', changes: [] })
})

test.each<[Value, string, string]>([
  [{ name: 'cc' }, host, 'apt knows no package cc'],
  [{ name: 'aa' }, 'manager=dnf\n', 'this host installs packages with dnf, and only apt is known'],
  [{ name: 'aa' }, '', 'this host has no apt'],
])('%j is refused where it says %j', (input, stdout, summary) => {
  expect(planned(input, stdout)).toMatchObject({ kind: 'refuse', problem: { summary } })
})

test.each<[Value, string]>([
  [{}, 'names no package'],
  [{ name: [], update_cache: true, state: 'latest' }, 'names no package'],
  [{ name: 'a b' }, 'must be the name of a package'],
  [{ name: 'nginx=1.*' }, 'must be the name of a package'],
  [{ name: 'aa', state: 'installed' }, 'must be `present`, `absent` or `latest`'],
  [{ name: 'aa', upgrade: 'dist' }, 'is not supported'],
  [{ name: 'aa', deb: '/a.deb' }, 'is not supported'],
  [5, 'must be a map'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})
