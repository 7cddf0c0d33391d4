import fc from 'fast-check'
import type { Lasting } from '../../../src/model/task-type.ts'
import { bootScript } from '../../../src/tasks/persist/boot-script.ts'
import { lateStarters, starters } from '../../../src/tasks/persist/starters.ts'
import persist from '../../../src/tasks/persist.ts'
import { answered, setting } from '../../host-facts.ts'
import { attributes, printed, printedFiles } from '../file-outputs.ts'

export const args = fc.oneof(
  fc.constant(null),
  fc.record({ prune: fc.boolean(), state: fc.constantFrom('present', 'present', 'absent') }, { requiredKeys: [] }),
)

const keys = ['ip_forward', 'conf/all/forwarding', 'conf/all/arp_ignore', 'conf/eth0.100/arp_ignore']
const path = fc.constantFrom(...keys.map((key) => `net/ipv4/${key}`))
const address = fc.constantFrom('192.0.2.80/32', '192.0.2.81/32', '2001:db8::80/128')
const scope = fc.constantFrom('host', 'global')
const lasting: fc.Arbitrary<Lasting> = fc.oneof(
  fc.record({ kind: fc.constant('sysctl' as const), path, value: fc.constantFrom('0', '1', '2 3') }),
  fc.record({ kind: fc.constant('sysctl' as const), path }),
  fc.record(
    {
      kind: fc.constant('vip' as const),
      address,
      scope,
      label: fc.constant('lo:vip'),
      gone: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'address', 'scope'] },
  ),
  fc.record(
    {
      kind: fc.constant('nic-vip' as const),
      address: fc.constantFrom('192.0.2.100/32', '2001:db8::100/128'),
      device: fc.constantFrom('eth0', 'eth1'),
      gone: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'address', 'device'] },
  ),
  fc.record(
    {
      kind: fc.constant('ipvs' as const),
      name: fc.constantFrom('tcp/192.0.2.100:80', 'timeouts'),
      lines: fc.constantFrom(
        [{ words: ['-A', '-t', '192.0.2.100:80', '-s', 'rr'] }],
        [
          { words: ['-A', '-t', '192.0.2.100:80', '-s', 'wlc'] },
          { words: ['-a', '-t', '192.0.2.100:80', '-r', '192.0.2.21:80', '-g', '-w', '1'], record: 'a@b.json' },
        ],
      ),
    },
    { requiredKeys: ['kind', 'name'] },
  ),
)
export const settings = fc.array(lasting, { maxLength: 5 }).map((all) => ({ ...setting(), lasting: all }))

const file = (...texts: string[]) =>
  fc.oneof(
    fc.constant(printed.absent),
    fc.tuple(fc.constantFrom(...texts), attributes).map(([text, how]) => printed.file(text, how)),
  )
const link = (to: string) => fc.constantFrom(printed.absent, printed.link(to))
const entry = fc.tuple(path, fc.constantFrom('=', ' = ')).map(([key, equals]) => `${key}${equals}1\n`)

// In the order in which persist asks for them.
const sections = fc.tuple(
  fc.array(entry, { maxLength: 3 }).chain((lines) => file(`# ours\n${lines.join('')}`)),
  file('192.0.2.80/32 host\n', '# nothing\n', '2001:db8::80/128 global lo:vip\nnonsense\n'),
  file(bootScript, 'echo old\n'),
  file(starters.systemd.content, '[Unit]\n'),
  link(starters.systemd.path),
  file(starters.openrc.content),
  link(starters.openrc.path),
  file('192.0.2.100/32 eth0\n', '# ours\n192.0.2.101/32 eth1\n'),
  file('tcp/192.0.2.100:80 - -A -t 192.0.2.100:80 -s rr\n', 'timeouts - --set 600 0 0\n'),
  file(lateStarters.systemd.content),
  link(lateStarters.systemd.path),
  file(lateStarters.openrc.content, 'old\n'),
  link(lateStarters.openrc.path),
)
const filesKey = persist.readings(null)[0]?.source.key ?? ''

export const outputs = fc
  .record({
    sections,
    init: fc.constantFrom('/run/systemd/system\n', '/run/openrc\n', '/lib/systemd/systemd\n', '/sbin/openrc-run\n', ''),
    others: fc.constantFrom('\n', '/etc/sysctl.conf\n\n/etc/sysctl.conf:net.ipv4.ip_forward = 0\n'),
  })
  .map(
    ({ sections, init, others }) =>
      new Map([
        [filesKey, answered(printedFiles(sections))],
        ['init-system', answered(init)],
        ['sysctl-d', answered(others)],
      ]),
  )
