import fc from 'fast-check'

export { outputs } from './command.ts'

const path = fc.constantFrom('/a', '/b')

export const args = fc.oneof(
  fc.constantFrom('a | b', 'a >/b creates=/a', 'for i in 1 2; do echo $i; done'),
  fc.record(
    { cmd: fc.constantFrom('x', 'x | y'), creates: path, removes: path, executable: fc.constant('/bin/bash') },
    { requiredKeys: ['cmd'] },
  ),
)
