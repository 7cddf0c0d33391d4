import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrongEvent } from '../events-schema.ts'
import { bringUp, type Fleet, playbooks, type RunEnded } from './fleet.ts'
import { lacks } from './needs.ts'

const skipped = lacks('real events against the schema', 'root', 'ip', 'unshare')
const site = join(playbooks, 'site.yml')

// The harness holds every line of every run to docs/events.schema.json; here runs are made that emit what few others do.
describe.skipIf(skipped)('events of real runs', () => {
  let fleet: Fleet
  const seen = new Set<string>()
  const see = (ended: RunEnded): RunEnded => {
    for (const { type } of ended.events) seen.add(type)
    expect(ended.events[0]?.type).toBe('run-started')
    expect(ended.events.at(-1)).toMatchObject({ type: 'run-finished', exit: ended.code })
    return ended
  }

  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 3, server: 'embedded' })
  })
  afterAll(() => fleet?.down())

  test('check, run, and what the run keeps in its own file', async () => {
    see(await fleet.run(site, '--check'))
    const { events, stdout } = see(await fleet.run(site))
    const run = events.find(({ type }) => type === 'run-started')
    if (run?.type !== 'run-started') throw new Error(stdout)
    expect(readFileSync(join(fleet.folder, 'state/ipvs-play/runs', run.run, 'events.ndjson'), 'utf8')).toBe(stdout)
    for (const type of ['play-started', 'batch-started', 'task-started', 'task-finished', 'batch-finished', 'notice'])
      expect(seen).toContain(type)
  })

  test('failed, ignored, looped, hidden, printed, unknown behind', async () => {
    const play = fleet.write(
      'mixed.yml',
      `- hosts: realserver
  max_fail: 100%
  tasks:
    - command: {argv: [sh, -c, 'echo out; echo err >&2; exit 1']}
      ignore_errors: true
    - debug: {msg: "{{ item }}"}
      loop: [1, {deep: [true, null]}]
    - command: {argv: [echo, secret]}
      no_log: true
    - sysctl: {net.ipv4.no_such_key: 1}
`,
    )
    expect(see(await fleet.run(play)).code).toBe(2)
    see(await fleet.run(play, '--check'))
  })

  test('unreachable, and halted with hosts left', async () => {
    const more = fleet.write('more.yml', 'all: {hosts: {gone: {ansible_host: 127.0.0.1, ansible_port: 1}}}\n')
    const gone = fleet.write('gone.yml', '- hosts: gone\n  tasks:\n    - command: {argv: ["true"]}\n')
    expect(see(await fleet.run(gone, '-i', more)).code).toBe(4)
    const halting = fleet.write(
      'halting.yml',
      `- hosts: realserver\n  serial: 1\n  tasks:\n    - command: {argv: ['false']}\n`,
    )
    expect(see(await fleet.run(halting)).code).toBe(6)
    for (const type of ['host-unreachable', 'rollout-halted']) expect(seen).toContain(type)
  })

  test('interrupted', async () => {
    const play = fleet.write(
      'slow.yml',
      `- hosts: rs1\n  tasks:\n    - command: {argv: [sh, -c, 'until [ -e /run/go ]; do sleep 0.1; done']}\n`,
    )
    const running = fleet.start(play)
    await running.event(({ type }) => type === 'task-started')
    running.child.kill('SIGTERM')
    await running.event(({ type }) => type === 'interrupted')
    await fleet.exec('rs1', 'touch /run/go')
    expect(see(await running.ended).code).toBe(130)
  })

  test('--output json: one object with them all', async () => {
    const { stdout } = await fleet.ipvsPlay('run', site, '-i', fleet.inventory, '--output', 'json', '--check')
    const { v, events } = JSON.parse(stdout)
    expect(v).toBe(1)
    expect(events.length).toBeGreaterThan(5)
    for (const event of events) expect(wrongEvent(event)).toBeUndefined()
  })
})
