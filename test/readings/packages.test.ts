import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packages } from '../../src/readings/packages.ts'
import { answered } from '../host-facts.ts'

// What the reading printed on Debian 12 with apt 2.6.
const recorded = readFileSync(join(import.meta.dirname, 'recorded/packages-apt-2.6.txt'), 'utf8')
const names = ['bash', 'mail-transport-agent', 'cowsay', 'libc6']

test.each([
  ['bash', { present: true, version: '5.2.15-2+b8', candidate: '5.2.15-2+b13' }],
  ['mail-transport-agent', { present: false }],
  ['cowsay', { present: false, candidate: '3.03+dfsg2-8' }],
  ['libc6', { present: true, version: expect.any(String), candidate: expect.any(String) }],
])('%s', (name, expected) => {
  const reading = packages(names)[names.indexOf(name)]
  expect(reading?.parse(answered(recorded))).toEqual({ manager: 'apt', listsAge: expect.any(Number), ...expected })
})

test.each([
  ['manager=dnf\n', 'dnf'],
  ['manager=none\n', 'none'],
  ['', 'none'],
])('%j has the manager %s', (stdout, manager) => {
  expect(packages(['x'])[0]?.parse(answered(stdout))).toMatchObject({ manager, present: false })
})
