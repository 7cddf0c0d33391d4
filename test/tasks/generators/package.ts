import fc from 'fast-check'
import { answered } from '../../host-facts.ts'

const rest = fc.record(
  {
    state: fc.constantFrom('present', 'latest', 'absent'),
    update_cache: fc.boolean(),
    cache_valid_time: fc.constantFrom(0, 1000),
    purge: fc.boolean(),
  },
  { requiredKeys: [] },
)
const names = fc.constantFrom('aa', ['aa', 'bb'], 'aa=1', ['aa=2', 'bb'])

export const args = fc.tuple(names, rest).map(([name, how]) => ({ name, ...how }))

const version = fc.constantFrom(undefined, '1', '2')

export const outputs = fc
  .record({
    a: version,
    b: version,
    newA: version,
    newB: version,
    manager: fc.constantFrom('apt', 'apt', 'apt', 'dnf'),
  })
  .map(({ a, b, newA, newB, manager }) => {
    const installed = (name: string, is: string | undefined) =>
      is === undefined ? '' : `=${name} ${name} ${is} installed\n`
    const policy = (name: string, is: string | undefined) =>
      `${name}:\n  Installed: x\n  Candidate: ${is ?? '(none)'}\n`
    const text = `manager=${manager}\nage=500\n${installed('aa', a)}${installed('bb', b)}policy=\n${policy('aa', newA)}${policy('bb', newB)}`
    return new Map(['packages:aa', 'packages:aa bb'].map((key) => [key, answered(text)]))
  })
