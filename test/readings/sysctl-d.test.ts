import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownSysctlFile, parseAssignment, sysctlFiles } from '../../src/readings/sysctl-d.ts'
import { lacks } from '../fleet/needs.ts'

let root: string
const place = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sysctl-d-'))
  place('/etc/sysctl.d/10 a.conf', '# c\n\n  ; c\nnet.ipv4.ip_forward = 1\n\t-vm.swappiness=5 # x\n')
  place('/etc/sysctl.d/README.sysctl', 'net.ipv4.ip_forward=0\n')
  place(ownSysctlFile, 'net/ipv4/ip_forward = 0\n')
  place('/usr/lib/sysctl.d/50-pid.conf', 'kernel.pid_max = 4194304\n')
  place('/etc/sysctl.conf', 'net.ipv4.conf.all.rp_filter=2')
  place('/etc/sysctl.d/20-empty.conf', '')
  symlinkSync('/dev/null', join(root, '/etc/sysctl.d/30-mask.conf'))
  symlinkSync('../sysctl.conf', join(root, '/etc/sysctl.d/99-sysctl.conf'))
  symlinkSync('nowhere', join(root, '/etc/sysctl.d/98-dangling.conf'))
  symlinkSync('usr/lib', join(root, '/lib'))
})
afterAll(() => rmSync(root, { recursive: true }))

/** The command as it is, with every absolute path moved below the scratch root. */
const output = (shell: readonly string[], below = root) => {
  const [, , script = ''] = sysctlFiles().source.command
  const moved = script.replace(/(?<![\w*}])\/(etc|run|usr|lib)(?=\/|\*| )/g, `${below}/$1`)
  const [program = '', ...words] = shell
  const { stdout, stderr, status } = spawnSync(program, [...words, '-c', moved], { encoding: 'utf8' })
  return { stdout: stdout.replaceAll(below, ''), stderr, exitCode: status ?? 1 }
}

const busybox = lacks('the reading of sysctl.d under busybox', 'busybox') ? [] : ['busybox sh']
test.each(['sh', 'dash', 'bash --posix', ...busybox])(
  '%s lists every file of the loaders but ours, without comments',
  (shell) => {
    const result = output(shell.split(' '))
    expect(result.stderr).toBe('')
    expect(sysctlFiles().parse(result)).toEqual([
      { path: '/etc/sysctl.d/10 a.conf', lines: ['net.ipv4.ip_forward = 1', '\t-vm.swappiness=5 # x'] },
      { path: '/etc/sysctl.d/20-empty.conf', lines: [] },
      { path: '/etc/sysctl.d/30-mask.conf', lines: [] },
      { path: '/etc/sysctl.d/99-sysctl.conf', lines: ['net.ipv4.conf.all.rp_filter=2'] },
      { path: '/usr/lib/sysctl.d/50-pid.conf', lines: ['kernel.pid_max = 4194304'] },
      { path: '/etc/sysctl.conf', lines: ['net.ipv4.conf.all.rp_filter=2'] },
    ])
  },
)

test('no file at all, or no answer, is an empty list', () => {
  const empty = mkdtempSync(join(tmpdir(), 'sysctl-d-'))
  try {
    expect(sysctlFiles().parse(output(['sh'], empty))).toEqual([])
  } finally {
    rmSync(empty, { recursive: true })
  }
  expect(sysctlFiles().parse({ stdout: '', stderr: 'sh: not found', exitCode: 127 })).toEqual([])
})

test.each([
  ['net.ipv4.ip_forward=1', { key: 'net/ipv4/ip_forward', value: '1' }],
  [' net/ipv4/conf/eth0.100/rp_filter\t=  2 \r', { key: 'net/ipv4/conf/eth0.100/rp_filter', value: '2' }],
  ['net.ipv4.conf.eth0/100.rp_filter = 2', { key: 'net/ipv4/conf/eth0.100/rp_filter', value: '2' }],
  ['-net.ipv4.ip_forward = 1', { key: 'net/ipv4/ip_forward', value: '1' }],
  ['-net.ipv4.conf.all.rp_filter', { key: 'net/ipv4/conf/all/rp_filter' }],
  ['kernel.core_pattern = |/bin/x a=b', { key: 'kernel/core_pattern', value: '|/bin/x a=b' }],
  ['a =', { key: 'a', value: '' }],
  ['net.ipv4.ip_forward', undefined],
  ['# a = b', undefined],
  ['; a = b', undefined],
  ['', undefined],
])('the line %j', (line, assignment) => {
  expect(parseAssignment(line)).toEqual(assignment)
})
