import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Step, Test } from '../../src/model/task-type.ts'
import type { TaskEnd } from '../../src/remote/frames.ts'
import { writeScript } from '../../src/remote/write-script.ts'
import { nonce, run, runScript, scratch, shells } from './shells.ts'

// As iproute2 6.1 and busybox 1.35 print them, device by device.
const recorded: Readonly<Record<string, string>> = {
  lo: `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 10.88.0.100/32 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 10.88.0.101/32 brd 10.88.0.101 scope global lo:v1\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
`,
  'eth0.100': `7: eth0.100    inet 10.77.0.1 peer 10.77.0.2/32 scope global eth0.100\\       valid_lft forever preferred_lft forever
7: eth0.100    inet 10.78.0.2/24 scope global secondary eth0.100\\       valid_lft forever preferred_lft forever
7: eth0.100    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
`,
  bare: '',
}

describe.each(shells)('%s', (_name, shell) => {
  const place = scratch()
  // A PATH entry in front: busybox would else answer with an applet of its own.
  const ip = `#!/bin/sh
[ "$3" = addr ] || [ "$2" = addr ] || exit 1
while [ $# -gt 0 ]; do [ "$1" = dev ] && { cat '${place.path}/addresses/'"$2" 2>/dev/null || { echo "Device \\"$2\\" does not exist." >&2; exit 1; }; exit; }; shift; done
cat '${place.path}'/addresses/*
`
  for (const [device, text] of Object.entries(recorded)) place.file(`addresses/${device}`, text)
  place.file('bin/ip', ip, 0o755)
  const env = { PATH: `${join(place.path, 'bin')}:${process.env.PATH}` }

  const write = async (tests: readonly Test[], more: { steps?: readonly Step[]; opaque?: boolean } = {}) => {
    const script = writeScript({
      nonce,
      run,
      owner: 'me',
      lockWait: 0,
      tasks: [
        {
          index: 0,
          changes: [{ from: tests.map((test) => ({ key: test.kind, test })), steps: more.steps ?? [], proof: [] }],
          opaque: more.opaque ?? false,
          limit: 10,
        },
      ],
      atEnd: [],
      roots: place.roots,
    })
    const { frames } = await runScript(shell, script, { place, env })
    return frames.flatMap((frame): TaskEnd[] => (frame.kind === 'end' ? [frame.end] : []))[0]
  }
  const does = async (...tests: readonly Test[]) => {
    const end = await write(tests)
    return end?.kind === 'moved' ? end.found : end?.kind
  }
  const addresses = (device: string, ...are: string[]): Test => ({ kind: 'addresses', device, are })

  const settings = (byInterface: Readonly<Record<string, readonly [ignore: string, announce: string]>>) => {
    rmSync(join(place.path, 'sys'), { recursive: true, force: true })
    mkdirSync(join(place.path, 'sys'))
    for (const [name, [ignore, announce]] of Object.entries(byInterface)) {
      place.file(`sys/net/ipv4/conf/${name}/arp_ignore`, `${ignore}\n`)
      place.file(`sys/net/ipv4/conf/${name}/arp_announce`, `${announce}\n`)
    }
  }

  test('addresses are a set, in the one canonical form', async () => {
    const lo = ['127.0.0.1/8 host', '10.88.0.100/32 host', '10.88.0.101/32 global', '::1/128']
    const vlan = ['10.77.0.1 global', '10.78.0.2/24 global', 'fe80::1/64']
    expect(
      await does(
        addresses('lo', ...lo),
        addresses('lo', ...[...lo].reverse()),
        addresses('eth0.100', ...vlan),
        addresses('bare'),
        addresses('gone'),
      ),
    ).toBe('done')
    const all = lo.join(', ')
    expect(await does(addresses('lo', ...lo.slice(1)))).toBe(all)
    expect(await does(addresses('lo', ...lo, '10.0.0.1/32 host'))).toBe(all)
    expect(await does(addresses('lo', ...lo.slice(1), '127.0.0.1/8 global'))).toBe(all)
    expect(await does(addresses('bare', '10.0.0.1/32 host'))).toBe('none')
    expect(await does(addresses('gone', '10.0.0.1/32 host'))).toBe('none')
  })

  test('guarded is what the kernel makes of both values, on every interface', async () => {
    const cases: readonly (readonly [Readonly<Record<string, readonly [string, string]>>, string])[] = [
      [{ all: ['1', '2'], default: ['0', '0'], lo: ['0', '0'], eth0: ['0', '0'] }, 'done'],
      [{ all: ['0', '0'], default: ['0', '0'], lo: ['0', '0'], eth0: ['2', '2'], eth1: ['1', '2'] }, 'done'],
      [{ all: ['0', '0'], default: ['0', '0'], lo: ['0', '0'] }, 'done'],
      [{ all: ['1', '1'], eth0: ['0', '2'], eth1: ['0', '0'] }, 'eth1 arp_announce 1'],
      [{ all: ['0', '0'], eth0: ['0', '0'] }, 'eth0 arp_ignore 0, eth0 arp_announce 0'],
      [{ all: ['4', '2'], eth0: ['1', '2'] }, 'eth0 arp_ignore 4'],
      [{ all: ['3', '3'], eth0: ['1', '2'] }, 'eth0 arp_ignore 3, eth0 arp_announce 3'],
      [{ all: ['8', '2'], eth0: ['1', '2'] }, 'eth0 arp_ignore 8'],
      [{ all: ['-1', '-5'], eth0: ['1', '2'] }, 'done'],
      [{ all: ['10', '2'], eth0: ['1', '2'] }, 'eth0 arp_ignore 10'],
      [{ all: ['1', '2'], 'eth0.100': ['0', '20'] }, 'eth0.100 arp_announce 20'],
      [{ all: ['0', '0'], '.hidden': ['0', '2'], '..two': ['1', '2'] }, '.hidden arp_ignore 0'],
      [{ all: ['0', '0'], "a$b*c'`d": ['1', '2'], '-n': ['1', '2'], '*': ['0', '2'] }, '* arp_ignore 0'],
      [{ all: ['0', '0'], 'lo.1': ['0', '2'], all1: ['1', '2'] }, 'lo.1 arp_ignore 0'],
      [{ all: ['1', '2'], eth0: ['x', '2'] }, 'ARP settings that cannot be read'],
      [{ all: ['1', '2'], eth0: ['', '2'] }, 'ARP settings that cannot be read'],
      [{ eth0: ['1', '2'] }, 'ARP settings that cannot be read'],
      [{}, 'ARP settings that cannot be read'],
    ]
    for (const [values, said] of cases) {
      settings(values)
      const found = await does({ kind: 'guarded' })
      expect(found?.split(', ').sort(), JSON.stringify(values)).toEqual(said.split(', ').sort())
    }
  })

  test('an opaque step must not leave a VIP without guards', async () => {
    const guards = { all: ['1', '2'], eth0: ['0', '0'] } as const
    const open = join(place.path, 'sys/net/ipv4/conf/all/arp_ignore')
    const opens = (line = ''): Step => ({ kind: 'run', command: ['sh', '-c', `echo 0 >${open}; ${line}`] })
    const marks: Step = { kind: 'run', command: ['touch', 'marked'] }
    const broken = { kind: 'broken', found: '10.88.0.100/32, 10.88.0.101/32 on lo while eth0 arp_ignore 0' }

    settings(guards)
    expect(await write([], { steps: [marks], opaque: true })).toMatchObject({ kind: 'done' })
    rmSync(join(place.path, 'marked'))
    expect(await write([], { steps: [opens(), marks], opaque: true })).toEqual(broken)
    settings(guards)
    expect(await write([], { steps: [opens('exit 1'), marks], opaque: true })).toEqual(broken)
    expect(() => place.read('marked')).toThrow('ENOENT')
    // It was so before: not this task's doing. And where it is not opaque, its own tests know.
    expect(await write([], { steps: [opens()], opaque: true })).toMatchObject({ kind: 'done' })
    settings(guards)
    expect(await write([], { steps: [opens()] })).toMatchObject({ kind: 'done' })
    // A VIP that an opaque step puts up where there are no guards.
    const lo = place.read('addresses/lo')
    place.file('addresses/lo', '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n')
    place.file('full', lo)
    expect(
      await write([], { steps: [{ kind: 'run', command: ['cp', 'full', 'addresses/lo'] }], opaque: true }),
    ).toEqual(broken)
  })
})
