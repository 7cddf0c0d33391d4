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
