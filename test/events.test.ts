import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { Happening, RunEvent } from '../src/model/event.ts'
import { nothing } from '../src/reporters/tally.ts'
import { eventTypes, schema, wrongEvent } from './events-schema.ts'

const task = { play: 'Real servers', task: 'Hold the VIP', task_id: '2.h1', where: 'site.yml:20', host: 'rs1' }

/** One of each type with every field that it can have: a new type or a renamed field does not compile. */
const samples: { readonly [type in Happening['type']]: Required<Extract<Happening, { type: type }>> } = {
  'run-started': {
    type: 'run-started',
    carried_out: 1,
    run: '20261124T041200Z-x7k2',
    playbook: 'site.yml',
    check: false,
    hosts: ['a'],
  },
  'play-started': { type: 'play-started', play: 'p', number: 1, hosts: ['a'], tasks: [{ task_id: '1.1', task: 't' }] },
  'batch-started': { type: 'batch-started', play: 'p', batch: 1, batches: 3, hosts: ['a'] },
  'task-started': { type: 'task-started', ...task },
  'task-retrying': { type: 'task-retrying', ...task, item: 1, attempt: 1, retries_left: 2, reason: 'not yet' },
  'task-finished': {
    type: 'task-finished',
    ...task,
    item: { any: ['value'] },
    status: 'failed',
    differences: [{ what: 'net.ipv4.ip_forward', from: '0', to: '1' }],
    seconds: 0.1,
    reason: 'why',
    hint: 'what to do',
    result: { msg: null },
    ignored: true,
    rescued: true,
    delegated_to: 'lb1',
    diff: false,
    behind_unknown: true,
    notes: ['note'],
  },
  'task-output': { type: 'task-output', task_id: '1.1', host: 'a', stream: 'stdout', text: '' },
  'host-unreachable': {
    type: 'host-unreachable',
    host: 'a',
    reason: 'refused',
    hint: 'start sshd',
    touched: 'no',
    ignored: true,
  },
  'host-locked': { type: 'host-locked', host: 'a', owner: 'ops@desk' },
  notice: { type: 'notice', text: 'hear' },
  warning: { type: 'warning', text: 'beware', where: 'site.yml:1' },
  'rollout-halted': { type: 'rollout-halted', why: 'one failed', hosts_left: [] },
  'batch-finished': { type: 'batch-finished', play: 'p', batch: 1 },
  interrupted: { type: 'interrupted', signal: 'SIGINT' },
  'run-finished': { type: 'run-finished', exit: 6, reasons: [6, 2], seconds: 1, recap: { a: nothing() }, resume: 'x' },
}
const optional = new Set(
  'item reason hint result ignored rescued delegated_to diff behind_unknown notes where resume carried_out'.split(' '),
)
const required = new Set([
  'task-finished.where',
  'task-started.where',
  'task-retrying.where',
  'host-unreachable.reason',
])
const events = Object.values(samples).map(
  (happening): RunEvent => ({ v: 1, at: '2026-11-24T04:12:00.000Z', ...happening }),
)

describe('docs/events.schema.json', () => {
  test('is a valid schema and lists the types of src/model/event.ts, each once', () => {
    expect(new Ajv2020({ strict: true }).validateSchema(schema)).toBe(true)
    expect([...eventTypes].sort()).toEqual(Object.keys(samples).sort())
  })

  test('accepts an event with all its fields, as a line of the whole schema too', () => {
    const whole = new Ajv2020({ strict: true }).compile(schema)
    for (const event of events) {
      expect(wrongEvent(event), event.type).toBeUndefined()
      expect(whole(event), event.type).toBe(true)
    }
  })

  test('refuses a field that is not listed, and the lack of one that is required', () => {
    for (const event of events) {
      expect(wrongEvent({ ...event, surprise: 1 }), event.type).toContain('additional')
      for (const field of Object.keys(event)) {
        const { [field]: _, ...rest } = event as unknown as Record<string, unknown>
        const free = optional.has(field) && !required.has(`${event.type}.${field}`)
        if (free) expect(wrongEvent(rest), `${event.type}.${field}`).toBeUndefined()
        else expect(wrongEvent(rest), `${event.type}.${field}`).toBeDefined()
      }
    }
  })

  test('docs/events.md tells every type with its fields', () => {
    const text = readFileSync(join(import.meta.dirname, '../docs/events.md'), 'utf8')
    for (const type of eventTypes) {
      const { properties, required } = schema.$defs[type]
      const fields = Object.keys(properties).filter((name) => !['v', 'type', 'at'].includes(name))
      const shown = fields.map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`).join(', ')
      expect(text).toContain(`| \`${type}\` | ${shown} | ${schema.$defs[type].description} |`)
    }
  })
})
