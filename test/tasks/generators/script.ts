import fc from 'fast-check'
import { setting } from '../../host-facts.ts'

export { outputs } from './command.ts'

const path = fc.constantFrom('/a', '/b')
const src = fc.constantFrom('text', 'bytes')

export const args = fc.oneof(
  fc.constantFrom('text', 'text a b creates=/a', 'bytes x'),
  fc.record({ src, creates: path, removes: path, arguments: fc.array(fc.nat(9)) }, { requiredKeys: ['src'] }),
)

const files = new Map<string, Uint8Array>([
  ['text', Buffer.from('#!/usr/bin/env python3\nprint(1)\n')],
  ['bytes', Buffer.from([0, 255, 10])],
])
export const settings = fc.constant({ ...setting(), files })
