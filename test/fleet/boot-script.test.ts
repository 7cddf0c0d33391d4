import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ownSysctlFile } from '../../src/readings/sysctl-d.ts'
import { bootScript, scriptPath, vipsPath } from '../../src/tasks/persist/boot-script.ts'
import { lacks } from './needs.ts'

const away = lacks('the boot script on real kernels', 'root', 'unshare', 'ip')
const without = lacks('the boot script under busybox', 'busybox')
const shells = away ? [] : ['dash', 'bash --posix', ...(without ? [] : ['busybox sh'])]

interface Boot {
  readonly shell: string
  /** Before the start, in the fresh network namespace. */
  readonly before?: string
  readonly sysctls?: string
  readonly vips?: string
  /** What is run; by default one start. */
  readonly run?: string
  /** Printed after it. */
  readonly show?: string
}

/** A host that boots: fresh network namespace, /etc of its own, and the script run by one shell. */
const boot = ({ shell, before = '', sysctls, vips, run = 'apply start; echo "rc $?"', show = '' }: Boot) => {
  const put = (path: string, content: string | undefined) =>
    content === undefined
      ? ''
      : `mkdir -p '${path.slice(0, path.lastIndexOf('/'))}'; cat >'${path}' <<'END_OF_FILE'\n${content}END_OF_FILE\n`
  const outer = `set -e
mount -t tmpfs none /etc
ip link set lo up
for f in /proc/sys/net/ipv4/conf/all /proc/sys/net/ipv4/conf/default; do echo 0 >$f/arp_ignore; echo 0 >$f/arp_announce; done
${put(scriptPath, bootScript)}${put(ownSysctlFile, sysctls)}${put(vipsPath, vips)}
apply() { ${shell} ${scriptPath} "$@"; }
${before}
set +e
${run}
${show}`
  const { status, stdout, stderr } = spawnSync('unshare', ['-n', '-m', 'sh', '-s'], { input: outer, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return { lines: stdout.trimEnd().split('\n'), log: stderr }
}

const veth = (name: string) => `ip link add '${name}' type veth peer name 'p${name.length}'; ip link set '${name}' up`
const onLo = String.raw`ip -o addr show dev lo | sed -E 's/.*inet6? ([^ ]+) .*scope ([^ ]+).*/\1 \2/' | grep -v -e ^127 -e ^::1/ | sort; :`
const value = (path: string) => `cat '/proc/sys/${path}'`
const guards = 'net/ipv4/conf/all/arp_ignore = 1\nnet/ipv4/conf/all/arp_announce = 2\n'

test.each(shells)('%s: settings come back, then the VIPs of both families', (shell) => {
  const { lines, log } = boot({
    shell,
    before: veth('eth0'),
    sysctls: `# ours\n${guards}net/ipv4/conf/eth0/send_redirects = 0\n`,
    vips: '# ours\n10.88.0.100/32 host\n10.88.0.101/32 global lo:web\nfd00::100/128 global\n',
    show: `${onLo}; ${value('net/ipv4/conf/all/arp_announce')}; ${value('net/ipv4/conf/eth0/send_redirects')}; ip -o addr show dev lo | grep -c 'lo:web'`,
  })
  expect(lines, log).toEqual([
    'rc 0',
    '10.88.0.100/32 host',
    '10.88.0.101/32 global',
    'fd00::100/128 global',
    '2',
    '0',
    '1',
  ])
  expect(log).toBe('')
})

/** Values of one interface, and what makes it unsafe. Effective is the larger of conf/all and the interface's. */
const unsafe = [
  { name: 'nothing set', sysctls: '', before: '' },
  {
    name: 'arp_announce 1',
    sysctls: 'net/ipv4/conf/all/arp_ignore = 1\nnet/ipv4/conf/all/arp_announce = 1\n',
    before: '',
  },
  {
    name: 'arp_announce 3 on the interface',
    sysctls: guards,
    before: 'echo 3 >/proc/sys/net/ipv4/conf/eth0.100/arp_announce',
  },
  {
    name: 'arp_ignore 3 on the interface',
    sysctls: guards,
    before: 'echo 3 >/proc/sys/net/ipv4/conf/eth0.100/arp_ignore',
  },
  {
    name: 'arp_ignore 12, more than one digit',
    sysctls: guards,
    before: 'echo 12 >/proc/sys/net/ipv4/conf/eth0.100/arp_ignore',
  },
  { name: 'arp_ignore 8, mute', sysctls: guards, before: 'echo 8 >/proc/sys/net/ipv4/conf/eth0.100/arp_ignore' },
]
test.each(shells)('%s: no IPv4 VIP while an interface is unsafe; a dotted one is named', (shell) => {
  const start = ({ sysctls, before }: (typeof unsafe)[number]) => `
for f in all eth0.100; do for k in arp_ignore arp_announce; do echo 0 >/proc/sys/net/ipv4/conf/$f/$k; done; done
printf '%s' '${sysctls}' >${ownSysctlFile}
${before}
apply start 2>/etc/log; echo "rc $?"; grep -c '10.88.0.100/32 stays away from lo.*eth0.100: arp_' /etc/log; ${onLo}`
  const { lines, log } = boot({
    shell,
    before: veth('eth0.100'),
    sysctls: '\n',
    vips: '10.88.0.100/32 host\nfd00::100/128 global\n',
    run: unsafe.map(start).join('\n'),
  })
  expect(lines, log).toEqual(unsafe.flatMap(() => ['rc 1', '1', 'fd00::100/128 global']))
})

test.each(shells)('%s: one unsafe interface of several is enough, whatever its name', (shell) => {
  const { lines, log } = boot({
    shell,
    before: `${veth('eth0')}\n${veth('a$b*c;d')}\necho 4 >'/proc/sys/net/ipv4/conf/a$b*c;d/arp_ignore'`,
    sysctls: guards,
    vips: '10.88.0.100/32 host\n',
    show: onLo,
  })
  expect(lines).toEqual(['rc 1'])
  expect(log).toContain('a$b*c;d: arp_ignore 4')
})

/** What may fail while the settings are looked at; `open` is an interface without guards that must not be missed. */
const blind = [
  { name: 'grep says nothing, and that it went well', tools: 'grep() { :; }' },
  { name: 'grep fails', tools: 'grep() { return 127; }' },
  { name: 'grep leaves off', tools: `grep() { command grep "$@" | sed '$d'; }` },
  { name: 'a file with nothing in it', hide: ': >/etc/empty; mount --bind /etc/empty' },
]
const openIgnore = '/proc/sys/net/ipv4/conf/eth0/arp_ignore'
test.each(shells.flatMap((shell) => blind.map((how) => ({ shell, tools: ':', hide: '', ...how }))))(
  '$shell: $name: what cannot be told is unsafe',
  ({ shell, tools, hide }) => {
    const { lines, log } = boot({
      shell,
      before: `${veth('eth0')}\n${hide && `${hide} ${openIgnore}`}`,
      sysctls: guards,
      vips: '10.88.0.100/32 host\nfd00::100/128 global\n',
      run: `${shell} -c '${tools.replaceAll("'", String.raw`'\''`)}; . ${scriptPath}' sh start; echo "rc $?"`,
      show: onLo,
    })
    expect(lines, log).toEqual(['rc 1', 'fd00::100/128 global'])
    expect(log).toContain(
      '10.88.0.100/32 stays away from lo, ARP would leak: the settings of the interfaces cannot be read',
    )
  },
)

test.each(shells)('%s: without cat nothing is taken for set, and no VIP goes unguarded', (shell) => {
  const start = (sysctls: string) =>
    boot({
      shell,
      before: veth('eth0'),
      sysctls,
      vips: '10.88.0.100/32 host\n',
      run: `${shell} -c 'cat() { return 127; }; . ${scriptPath}' sh start; echo "rc $?"`,
      show: onLo,
    })
  const unset = start('net/ipv4/conf/eth0/send_redirects = 0\n')
  expect(unset.lines, unset.log).toEqual(['rc 1'])
  expect(unset.log).toContain('eth0: arp_ignore 0')
  // The guards were written, and grep sees them in the kernel; only their proof by cat is missing.
  const set = start(guards)
  expect(set.lines, set.log).toEqual(['rc 1', '10.88.0.100/32 host'])
  expect(set.log).toContain('net/ipv4/conf/all/arp_ignore is unreadable, not 1')
})

test.each(shells)('%s: an interface whose name begins with a dot counts', (shell) => {
  for (const name of ['.e', '...e']) {
    const { lines, log } = boot({
      shell,
      before: `${veth(name)}\necho 4 >'/proc/sys/net/ipv4/conf/${name}/arp_ignore'`,
      sysctls: guards,
      vips: '10.88.0.100/32 host\n',
      show: onLo,
    })
    expect(lines, log).toEqual(['rc 1'])
    expect(log).toContain(`: ${name}: arp_ignore 4`)
  }
})

test.each(shells)('%s: the interfaces alone may hold the guards', (shell) => {
  const { lines, log } = boot({
    shell,
    before: veth('eth0.100'),
    sysctls: ['eth0.100', 'p8']
      .map((nic) => `net/ipv4/conf/${nic}/arp_ignore = 2\nnet/ipv4/conf/${nic}/arp_announce = 2\n`)
      .join(''),
    vips: '10.88.0.100/32 host\n',
    show: onLo,
  })
  expect(lines, log).toEqual(['rc 0', '10.88.0.100/32 host'])
})

test.each(shells)('%s: an interface that is not there is passed over, a key that no kernel has is told', (shell) => {
  const missing = boot({
    shell,
    sysctls: `${guards}net/ipv4/conf/eth7.5/send_redirects = 0\n`,
    vips: '10.88.0.100/32 host\n',
    show: onLo,
  })
  expect(missing.lines, missing.log).toEqual(['rc 0', '10.88.0.100/32 host'])
  const wrong = boot({
    shell,
    sysctls: `${guards}net/ipv4/conf/all/arp_ignroe = 1\n`,
    vips: '10.88.0.100/32 host\n',
    show: onLo,
  })
  expect(wrong.lines).toEqual(['rc 1', '10.88.0.100/32 host'])
  expect(wrong.log).toContain('net/ipv4/conf/all/arp_ignroe: this kernel has no such setting')
})

test.each(shells)('%s: interfaces are written after all and default, whatever the order in the file', (shell) => {
  // The kernel copies a forwarding that changes to every interface.
  const { lines, log } = boot({
    shell,
    before: veth('eth0'),
    sysctls: 'net/ipv4/conf/eth0/forwarding = 0\nnet/ipv4/ip_forward = 1\n',
    run: 'echo 0 >/proc/sys/net/ipv4/ip_forward; apply start; echo "rc $?"',
    show: `${value('net/ipv4/ip_forward')}; ${value('net/ipv4/conf/eth0/forwarding')}`,
  })
  expect(lines, log).toEqual(['rc 0', '1', '0'])
})

test.each(shells)('%s: values are compared as the kernel means them, and vectors by their words', (shell) => {
  const { lines, log } = boot({
    shell,
    sysctls:
      'net/ipv4/conf/all/log_martians = 0x1\nnet/ipv4/ip_local_port_range=  20000   30000\nnet/ipv4/conf/all/medium_id = 010\n',
    show: `${value('net/ipv4/ip_local_port_range')}; ${value('net/ipv4/conf/all/medium_id')}`,
  })
  expect(lines, log).toEqual(['rc 0', '20000\t30000', '8'])
  expect(log).toBe('')
})

test.each(shells)('%s: a second start writes nothing, a stop takes nothing away', (shell) => {
  const { lines, log } = boot({
    shell,
    before: veth('eth0'),
    sysctls: `${guards}net/ipv4/conf/eth0/send_redirects = 0\n`,
    vips: '10.88.0.100/32 host\nfd00::100/128 global\n',
    run: `apply start
# From here on a write to any setting fails, and so does adding an address.
mount -o bind,ro /proc/sys /proc/sys
ip -o addr show dev lo >/etc/before
apply start; echo "rc $?"
apply stop; echo "rc $?"
ip -o addr show dev lo | cmp - /etc/before && echo same`,
  })
  expect(lines, log).toEqual(['rc 0', 'rc 0', 'same'])
  expect(log).toBe('')
})

test.each(shells)('%s: a setting that cannot be written is told, and VIPs stay away', (shell) => {
  const { lines, log } = boot({
    shell,
    before: `${veth('eth0')}; mount -o bind,ro /proc/sys /proc/sys`,
    sysctls: guards,
    vips: '10.88.0.100/32 host\n',
    show: onLo,
  })
  expect(lines).toEqual(['rc 1'])
  expect(log).toContain('net/ipv4/conf/all/arp_ignore: cannot write 1')
})

test.each(shells)('%s: lines that somebody spoilt do no harm', (shell) => {
  const { lines, log } = boot({
    shell,
    sysctls: `${guards}net/ipv4/../../../etc/owned = 1\n/etc/owned = 1\nnet.ipv4.ip_forward = 1\n$(touch /etc/owned) = 1\nnonsense\n`,
    vips: '10.88.0.0/24 host\n$(touch /etc/owned)/32 host\n10.88.0.7/32\n',
    show: `${onLo}; ls /etc`,
  })
  expect(lines).toEqual(['rc 1', '10.88.0.7/32 host', 'ipvs-play', 'sysctl.d'])
  expect(log).toContain('10.88.0.0/24: only /32 and /128 belong on lo')
})

test.each(shells)('%s: with nothing recorded nothing is done; wrong use is 2', (shell) => {
  const { lines, log } = boot({
    shell,
    run: 'apply start; echo "rc $?"; apply; echo "rc $?"; apply reload; echo "rc $?"',
    show: onLo,
  })
  expect(lines, log).toEqual(['rc 0', 'rc 2', 'rc 2'])
  expect(log).toContain('usage:')
})

test.skipIf(away)('the last line needs no newline', () => {
  const { lines, log } = boot({
    shell: 'dash',
    before: `${veth('eth0')}
printf 'net/ipv4/conf/all/arp_ignore = 1\\nnet/ipv4/conf/all/arp_announce = 2' >${ownSysctlFile}
printf '10.88.0.100/32 host' >${vipsPath}`,
    sysctls: '\n',
    vips: '\n',
    show: onLo,
  })
  expect(lines, log).toEqual(['rc 0', '10.88.0.100/32 host'])
})
