import fc from 'fast-check'
import { answered } from '../../host-facts.ts'
import { filesOutput, printed } from '../file-outputs.ts'

export const args = fc.oneof(
  fc.constantFrom('ip_vs', ['ip-vs', 'dummy'], ['dummy']),
  fc.record(
    {
      name: fc.constantFrom('ip_vs', 'dummy', 'bsg'),
      state: fc.constantFrom('present', 'absent'),
      params: fc.constantFrom('a=1', 'a=1 b=2'),
      persistent: fc.constantFrom('present', 'absent', 'disabled'),
    },
    { requiredKeys: ['name'] },
  ),
)

const load = fc.constantFrom(
  printed.absent,
  printed.file('ip_vs\n'),
  printed.file('# x\ndummy\nip_vs\n'),
  printed.directory,
)
const given = fc.constantFrom(printed.absent, printed.file('options ip_vs a=1\n'), printed.unreadable)

export const outputs = fc
  .tuple(fc.subarray(['ip_vs 1 0 - Live 0x0\n', 'dummy 1 1 x, Live 0x0\n']), load, given)
  .map(
    ([loaded, a, b]) =>
      new Map([
        ['kernel-modules', answered(`${loaded.join('')}@\nkernel/block/bsg.ko\n@\nip_vs\n`)] as const,
        ...filesOutput('files:/etc/modules-load.d/ipvs-play.conf /etc/modprobe.d/ipvs-play.conf', [a, b]),
      ]),
  )
