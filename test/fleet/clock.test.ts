import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, startRun } from './fleet.ts'
import { pristine, waitFor } from './host-scripts.ts'
import { lacks } from './needs.ts'

// faketime's library takes the place of the controller's clock; what counts seconds since its start is left as it is, as when
// somebody sets the date.

const skipped = lacks('a clock that jumps', 'root', 'ip', 'unshare', 'sshd', 'faketime')

/** The folder is named after the kind of machine. */
const library =
  readdirSync('/usr/lib')
    .map((name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path)) ?? ''

describe.skipIf(skipped)('a clock that jumps an hour, there and back, in the middle of a run', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 0, realservers: 1, server: 'openssh' })
  })
  afterAll(() => fleet?.down())

  test.each([
    ['forward', '+1h'],
    ['back', '-1h'],
  ])('%s first', async (_, offset) => {
    await fleet.exec('rs1', `${pristine}\nrm -f /tmp/go-* /tmp/at-*`)
    const wait = (name: string): string => `sh -c 'touch /tmp/at-${name}; ${waitFor(`/tmp/go-${name}`)}'`
    const play = fleet.write(
      'clock.yml',
      `- hosts: rs1
  tasks:
    - {command: "${wait('one')}", timeout: 120}
    - sysctl: {net.ipv4.conf.all.arp_ignore: 1}
    - {command: "${wait('two')}", timeout: 120}
    - sysctl: {net.ipv4.conf.all.arp_announce: 2}
`,
    )
    const clock = join(fleet.folder, 'clock')
    writeFileSync(clock, '+0')
    const env = {
      XDG_STATE_HOME: join(fleet.folder, 'state'),
      LD_PRELOAD: library,
      NO_FAKE_STAT: '1',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
    const { ended } = startRun(['run', play, '-i', fleet.inventory, '--output', 'ndjson'], { cwd: fleet.folder, env })
    for (const [name, now] of [
      ['one', offset],
      ['two', '+0'],
    ] as const) {
      await fleet.exec('rs1', waitFor(`/tmp/at-${name}`))
      writeFileSync(clock, now)
      await fleet.exec('rs1', `touch /tmp/go-${name}`)
    }
    const { code, events, stderr, statuses } = await ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(statuses('rs1')).toEqual(['changed', 'changed', 'changed', 'changed'])
    // The clock did jump, and nothing took it for time that went by.
    const hours = events.map(({ at }) => Math.round((Date.parse(at) - Date.now()) / 3_600_000))
    expect(new Set(hours)).toEqual(new Set([0, Number.parseInt(offset, 10)]))
    const seconds = events.flatMap((event) => ('seconds' in event ? [event.seconds] : []))
    expect(seconds.filter((one) => one < 0 || one >= 1800)).toEqual([])
    expect(seconds.length).toBeGreaterThan(4)
  })
})
