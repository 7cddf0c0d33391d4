import { describe, expect, test } from 'vitest'
import { rules } from '../../src/lint/rules/index.ts'
import { pageText } from '../doc-blocks.ts'
import { lintFiles, lintText } from './project.ts'

/** A section of docs/lint.md: its heading, its text, its example. */
const sections = pageText('docs/lint.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    heading: section.split('\n')[0] ?? '',
    text: section,
    example: /^```yaml\n(.*?)^```$/ms.exec(section)?.[1] ?? '',
  }))
const ofRule = (id: string) => sections.find(({ heading }) => heading === id)

describe('docs/lint.md', () => {
  test('has a section for each rule and for no other', () => {
    const ids = sections.map(({ heading }) => heading).filter((heading) => !heading.includes(' '))
    expect(ids).toEqual(rules.map(({ id }) => id).sort())
  })

  test.each(rules)('the example of $id is found, and nothing else in it', async ({ id, severity }) => {
    const { example = '', text = '' } = ofRule(id) ?? {}
    const found = await lintFiles({ 'site.yml': example })
    expect(found.map((problem) => [problem.severity, problem.rule])).toEqual([[severity, id]])
    expect(text.toLowerCase()).toContain(`\n\n${severity}`)
    expect(found[0]?.at?.line, 'it has a place').toBeGreaterThan(0)
  })

  test('the example with a comment is at peace', async () => {
    const { example = '' } = ofRule('Ignoring a finding') ?? {}
    expect(example).toContain('ignore[')
    expect(await lintText(example)).toEqual([])
  })
})

const play = (tasks: string, head = 'hosts: realserver'): string =>
  `- ${head}\n  tasks:\n${tasks.replace(/^(?=.)/gm, '    ')}`

const guards = `- sysctl:
    net.ipv4.conf.all.arp_ignore: 1
    net.ipv4.conf.all.arp_announce: 2
`
const vip = '- vip-on-lo: "{{ vip }}"\n'

test('the rules look at what a host gets, over plays and loops', async () => {
  const split = `${play(vip)}${play(guards, 'hosts: rs2')}`
  expect(await lintText(split)).toEqual([
    '3:7 warning[vip-before-guards] the VIP comes before arp_ignore, which is set in line 7',
  ])
  expect(await lintText(`${play(guards)}${play(vip, 'hosts: rs2')}`)).toEqual([])
  const looped = `- sysctl: {name: "net.ipv4.conf.{{ item }}.arp_announce", value: 1}
  loop: [all, "{{ nic }}"]
`
  expect(await lintText(play(looped))).toEqual([expect.stringMatching(/^3:70 warning\[arp-announce-1\]/)])
})

test('tasks that a condition keeps apart are no two wishes', async () => {
  const apart = (name: string) => `- sysctl: {net.ipv4.ip_forward: 1}
  when: inventory_hostname == "rs1"
- sysctl: {net.ipv4.ip_forward: 0}
  when: inventory_hostname == "${name}"
`
  expect(await lintText(play(apart('rs2')))).toEqual([])
  expect(await lintText(play(apart('rs1')))).toEqual([expect.stringContaining('error[two-wishes]')])
})

test('a command of another kind is left alone', async () => {
  const lines = [
    'ip -br address show',
    'systemctl restart nginx',
    'sysctl net.ipv4.ip_forward',
    'ipvsadm -Ln',
    'ifquery eth0',
  ]
  expect(await lintText(play(lines.map((line) => `- command: ${line}\n`).join('')))).toEqual([])
  const bad = [
    'ip addr flush dev eth0',
    'ip link set dev eth0 down',
    'service network restart',
    '/etc/init.d/networking restart',
    'ifdown eth0',
    'netplan apply',
    'nmcli con down eth0',
    'sysctl -p /etc/sysctl.conf',
    'sysctl --system',
    'ipvsadm --clear',
    'systemctl restart systemd-networkd.service',
  ]
  const found = await lintText(play(bad.map((line) => `- command: ${line}\n`).join('')))
  expect(found.map((line) => line.split(' ')[1])).toEqual(bad.map(() => 'error[network-command]'))
})

/** Each line as a shell task, with the rules that it breaks. */
const rulesOf = async (lines: readonly string[]): Promise<readonly string[]> => {
  const found = await lintText(play(lines.map((line) => `- shell: |\n    ${line}\n`).join('')))
  return lines.map((_, index) =>
    found
      .filter((line) => line.startsWith(`${index * 2 + 4}:`))
      .map((line) => /\[(.*)\]/.exec(line)?.[1] ?? line)
      .join(),
  )
}

test.each([
  [
    'vip-by-hand',
    [
      'ip addr add 192.0.2.100/32 dev lo',
      'ip -4 a a 192.0.2.100/32 dev lo label lo:0',
      'ip address replace dev lo {{ vip }}/32',
      'ip addr del 192.0.2.100/32 dev lo',
      'sudo -n ip addr add 192.0.2.100/32 dev lo || true',
      "sh -c 'ip addr add 192.0.2.100/32 dev lo'",
      'ifconfig lo:0 192.0.2.100 netmask 255.255.255.255 up',
      '/sbin/ip -6 addr add 2001:db8::1/128 dev lo',
    ],
    ['ip addr show dev lo', 'ip addr add 192.0.2.1/24 dev eth1', 'ip -br a | grep add', 'ifconfig lo'],
  ],
  [
    'sysctl-by-hand',
    [
      'sysctl -w net.ipv4.conf.all.arp_ignore=1',
      'sysctl net.ipv4.ip_forward=1',
      'sysctl -q -w net.ipv4.conf.{{ nic }}.send_redirects = 0',
      'for f in /proc/sys/net/ipv4/conf/*/arp_ignore; do echo 1 > $f; done; echo 1 >/proc/sys/net/ipv4/ip_forward',
      'echo 2 | sudo tee /proc/sys/net/ipv4/conf/all/arp_announce',
      'echo 2 > /proc/sys/net/ipv4/conf/$NIC/arp_announce',
      'echo net.ipv4.ip_forward=1 >> /etc/sysctl.conf',
      "sed -i 's/^#net.ipv4.ip_forward/net.ipv4.ip_forward/' /etc/sysctl.conf",
    ],
    [
      'sysctl -n net.ipv4.ip_forward',
      'sysctl -a | grep x=1',
      'cat /proc/sys/net/ipv4/ip_forward > /tmp/x',
      'grep x /etc/sysctl.conf',
    ],
  ],
  [
    'ipvs-by-hand',
    [
      'ipvsadm -A -t 192.0.2.100:80 -s wlc',
      'ipvsadm -at 192.0.2.100:80 -r 192.0.2.11:80 -g',
      'ipvsadm --add-server -t 192.0.2.100:80 -r 192.0.2.11:80 -g',
      'ipvsadm -d -t 192.0.2.100:80 -r 192.0.2.11',
      'ipvsadm-restore < /etc/ipvsadm.rules',
    ],
    ['ipvsadm -Ln', 'ipvsadm -Sn > /etc/ipvsadm.rules', 'ipvsadm -l --daemon'],
  ],
  [
    'arptables-by-hand',
    ['arptables -A INPUT -d 192.0.2.100 -j DROP', 'arptables-restore < /etc/arptables', '/usr/sbin/arptables -F'],
    ['arptables -L -n', 'arptables --version', 'apt-get install arptables'],
  ],
  [
    'modules-by-hand',
    ['modprobe ip_vs', '/sbin/modprobe -q ip_vs_wlc', 'if true; then modprobe ip_vs; fi'],
    ['modprobe -r ip_vs', 'modprobe --show-depends ip_vs', 'lsmod | grep ip_vs', 'grep modprobe /etc/modules'],
  ],
])('%s: by its commands', async (id, bad, good) => {
  expect(await rulesOf(bad)).toEqual(bad.map(() => id))
  expect(await rulesOf(good)).toEqual(good.map(() => ''))
})

test('a guarded command on the IPVS table is not done twice', async () => {
  const guarded = '- command: {cmd: ipvsadm -A -t 192.0.2.100:80, unless: ipvsadm -L -t 192.0.2.100:80}\n'
  expect(await lintText(play(guarded))).toEqual([])
})

test('a command that waits for a result, and one in a block of text, are seen in their lines', async () => {
  const tasks = `- command: uptime
  register: load
- command: ifdown eth0
  when: load.rc == 0
- shell: |
    # ifdown eth0
    echo ifdown
    modprobe \\
      ip_vs
`
  expect(await lintText(play(tasks))).toEqual([
    '10:9 warning[modules-by-hand] this command loads a kernel module by hand, until the next boot',
    '5:16 error[network-command] this command takes an interface down',
  ])
})

test('a script is read, in its own lines, and heeds its own comments', async () => {
  const said = await lintFiles({
    'site.yml': play('- script: up.sh --now\n'),
    'files/up.sh':
      '#!/bin/sh\nset -e\n\nip addr add 192.0.2.100/32 dev lo\n# ipvs-play: ignore[sysctl-by-hand]\nsysctl -w net.ipv4.ip_forward=1\n',
  })
  expect(said.map(({ rule, at }) => [rule, at])).toEqual([['vip-by-hand', { file: 'files/up.sh', line: 4, column: 1 }]])
})

test('guards that guard nothing, where a host holds a VIP', async () => {
  const with3 = guards.replace('arp_ignore: 1', 'arp_ignore: 3') + vip
  expect(await lintText(play(with3))).toEqual([
    '4:39 warning[weak-guards] arp_ignore 3 lets the host answer ARP for its VIP',
  ])
  const zero = guards.replace('arp_announce: 2', 'arp_announce: 0')
  expect(await lintText(play(zero))).toEqual([])
  expect(await lintText(play(zero + vip))).toEqual([
    '5:41 warning[weak-guards] arp_announce 0 lets the host announce its VIP',
  ])
  const byInterface = guards.replaceAll('all', 'eth0') + guards.replace(/\d$/gm, '0')
  expect(await lintText(play(byInterface + vip))).toEqual([])
})

test('interfaces: a VLAN on a known one is known, and so is what the host itself tells', async () => {
  expect(await lintText(play(guards.replaceAll('all', 'eth0.100')))).toEqual([])
  const open = await lintFiles({
    'hosts.yml': 'realserver: {hosts: {rs1: {vip: 192.0.2.100}}}\n',
    'site.yml': play(guards.replaceAll('all', 'eth7') + guards.replaceAll('all', '{{ nic }}')),
  })
  expect(open).toEqual([])
})

test('a serial that is a share, on a small group', async () => {
  const rolling = (serial: string) => play('- command: "true"\n', `hosts: realserver\n  serial: ${serial}`)
  expect(await lintText(rolling('50%'))).toEqual([])
  expect(await lintText(rolling('3'))).toEqual([
    '1:3 warning[large-first-batch] the first batch takes 3 of the 4 hosts in `realserver`',
  ])
})
