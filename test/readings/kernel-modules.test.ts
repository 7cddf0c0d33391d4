import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kernelModule } from '../../src/readings/kernel-modules.ts'
import { answered } from '../host-facts.ts'

const recorded = (name: string) => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8')
// modules.builtin of Debian 12's cloud kernel; /proc/modules in the form of the kernel's m_show().
const text = `${recorded('proc-modules.txt')}@\n${recorded('modules.builtin-6.1.txt')}@\ndummy\nip_vs\nacpi\n`

test.each([
  ['ip_vs', { kind: 'loaded', users: ['ip_vs_wlc'] }],
  ['ip-vs-wlc', { kind: 'loaded', users: [] }],
  ['nf_defrag_ipv6', { kind: 'loaded', users: ['ip_vs', 'nf_conntrack'] }],
  ['bsg', { kind: 'builtin' }],
  ['mq_deadline', { kind: 'builtin' }],
  ['acpi', { kind: 'builtin' }],
  ['ip_vs_rr', { kind: 'absent' }],
  ['ip', { kind: 'absent' }],
])('%s', (name, expected) => {
  expect(kernelModule(name).parse(answered(text))).toEqual(expected)
})

test('a kernel without loadable modules has what is below /sys/module', () => {
  expect(kernelModule('acpi').parse(answered('@\n@\nacpi\n'))).toEqual({ kind: 'builtin' })
  expect(kernelModule('ip_vs').parse(answered('@\n@\nacpi\n'))).toEqual({ kind: 'absent' })
})
