import { expect, test } from 'vitest'
import { service } from '../../src/readings/service.ts'
import { answered } from '../host-facts.ts'
import on from './recorded/services-systemd-252.json' with { type: 'json' }
import off from './recorded/services-systemd-252-not-running.json' with { type: 'json' }

// What the reading printed under systemd 252 as process 1, and on a machine where it is installed and does not run.
const running = { init: 'systemd', running: true, known: true, once: false, stale: false }
test.each<[keyof typeof on, object]>([
  ['steady', { active: true, atBoot: 'enabled' }],
  ['once', { active: false, atBoot: 'disabled', once: true }],
  ['crashing', { active: false, atBoot: 'disabled' }],
  ['bare', { active: false, atBoot: 'fixed' }],
  ['masked', { active: false, atBoot: 'masked' }],
  ['nowhere', { active: false, atBoot: 'disabled', known: false }],
])('%s under systemd', (name, expected) => {
  expect(service(name).parse(answered(on[name]))).toEqual({ ...running, ...expected })
})

const installed = { ...running, running: false }
test.each<[keyof typeof off, object]>([
  ['ssh', { atBoot: 'enabled' }],
  ['dbus', { atBoot: 'fixed' }],
  ['cryptdisks', { atBoot: 'masked' }],
  ['console-getty', { atBoot: 'disabled' }],
  ['nowhere', { atBoot: 'disabled', known: false }],
])('%s where systemd does not run', (name, expected) => {
  expect(service(name).parse(answered(off[name]))).toEqual({ ...installed, ...expected })
})

test.each([
  ['', 'none', false],
  ['init=openrc1\nboot=enabled\nactive=yes\n', 'openrc', true],
])('%j', (stdout, init, known) => {
  expect(service('x').parse(answered(stdout))).toMatchObject({ init, known })
})

test('only what is known is tested', () => {
  const words = (stdout: string) => {
    const reading = service('x')
    const [asked] = reading.test(reading.parse(answered(stdout)))
    return asked?.kind === 'succeeds' ? asked.command.slice(4) : undefined
  }
  expect(words('init=systemd1\nboot=enabled\nactive=yes\n')).toEqual(['x', 'yes', 'enabled'])
  expect(words('init=systemd1\nboot=static\nactive=no\n')).toEqual(['x', 'no', '-'])
  expect(words('init=systemd\nboot=disabled\n')).toEqual(['x', '-', 'disabled'])
  expect(words('init=systemd\nboot=static\n')).toBeUndefined()
})
