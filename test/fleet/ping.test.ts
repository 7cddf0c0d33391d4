import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { freePort } from './sshd.ts'

const skipped = lacks('ping', 'root', 'ip', 'unshare', 'sshd')

let fleet: Fleet
let more: string
beforeAll(async () => {
  if (skipped) return
  fleet = await bringUp({ directors: 1, realservers: 2, server: 'openssh' })
  const odd = `rs1-as-nobody ansible_host=127.0.0.2 ansible_become=yes ansible_become_user=nobody-knows
gone ansible_host=127.0.0.1 ansible_port=${await freePort()}
`
  more = fleet.write('more.ini', odd)
})
afterAll(() => fleet?.down())

describe.skipIf(skipped)('ping', () => {
  const state = (host: string) =>
    fleet.exec(host, 'cd / && find /etc /run /var/lib /var/tmp /root /tmp -newer /proc/1/stat -type f | sort')

  test('tells a well fleet with exit code 0, and changes nothing on it', async () => {
    const before = await state('rs1')
    const { code, stdout, stderr } = await fleet.ipvsPlay('ping', 'all', '-i', fleet.inventory)
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^✔ {2}lb1 +127\.0\.0\.1:\d+ +root .* \d+\n✔ {2}rs1 .*\n✔ {2}rs2 /m)
    expect(stdout).toMatch(/3 hosts: 3 well\n$/)
    expect(await state('rs1')).toEqual(before)
  })

  test('prints the worst first; unreachable hosts are exit code 4', async () => {
    const { code, stdout } = await fleet.ipvsPlay('ping', 'rs1,gone', '-i', fleet.inventory, '-i', more)
    expect(code).toBe(4)
    expect(stdout).toMatch(/✖ {2}gone .*\n {3}unreachable: connection refused \(127\.0\.0\.1:\d+\)\n✔ {2}rs1 /)
    expect(stdout).toMatch(/2 hosts: 1 well, 1 unreachable: gone\n$/)
  })

  test('finds what a host lacks: exit code 2', async () => {
    const hide = (host: string, how: string) => fleet.exec(host, `p=$(command -v sha256sum) && ${how}`)
    expect((await hide('rs2', 'mount --bind /dev/null "$p" && mount -o remount,bind,ro /proc/sys/net')).code).toBe(0)
    const { code, stdout } = await fleet.ipvsPlay('ping', 'realserver', '-i', fleet.inventory, '--output', 'json')
    await fleet.exec(
      'rs2',
      'umount "$(type sha256sum | sed "s/.* //")"; umount /usr/bin/sha256sum; mount -o remount,bind,rw /proc/sys/net',
    )
    expect(code).toBe(2)
    const { hosts } = JSON.parse(stdout)
    expect(hosts).toMatchObject([
      { host: 'rs1', status: 'well', missing: [] },
      { host: 'rs2', status: 'unfit', missing: ['sha256sum'], reason: 'lacks sha256sum; /proc/sys is read-only' },
    ])
  })

  test('prints each host as it comes with --output ndjson, and the end', async () => {
    const { code, stdout } = await fleet.ipvsPlay('ping', '-i', fleet.inventory, '--output', 'ndjson')
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ type }) => type)).toEqual(['host-pinged', 'host-pinged', 'host-pinged', 'ping-finished'])
    expect(events.at(-1)).toMatchObject({ v: 1, exit: code, hosts: 3 })
  })

  test('tells the story of each handshake with -vvv, on stderr', async () => {
    const { code, stdout, stderr } = await fleet.ipvsPlay('ping', 'rs1,gone', '-i', fleet.inventory, '-i', more, '-vvv')
    expect(code).toBe(4)
    expect(stdout).toMatch(/1 well, 1 unreachable: gone\n$/)
    const story = stderr.split('\n').filter((line) => line.startsWith('rs1 '))
    const told = story.map((line) => line.replace(/^rs1 +\d+ ms {2}/, ''))
    expect(told).toEqual([
      expect.stringMatching(/^connecting to 127\.0\.0\.1:\d+$/),
      'connected',
      expect.stringMatching(/^says SSH-2\.0-OpenSSH/),
      expect.stringMatching(/^its kex: .*curve25519-sha256/),
      'its hostKeys: ssh-ed25519',
      expect.stringMatching(/^its ciphers: .*aes128-gcm/),
      expect.stringMatching(/^its macs: .*hmac-sha2-256/),
      expect.stringMatching(/^shows ssh-ed25519 SHA256:\S+: known$/),
      expect.stringMatching(/^agreed on curve25519-sha256\S*, ssh-ed25519, aes128-gcm@openssh\.com$/),
      expect.stringMatching(/^offers .*id_ed25519 \(ssh-ed25519 SHA256:\S+\)$/),
      'logged in as root',
    ])
    expect(stderr).toMatch(/^gone +\d+ ms {2}failed: connection refused /m)
  })

  test('a pattern that names nobody is a mistake, with exit code 5', async () => {
    const { code, stdout, stderr } = await fleet.ipvsPlay('ping', 'rs9', '-i', fleet.inventory)
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toMatch(/rs9/)
    const none = await fleet.ipvsPlay('ping', 'rs1:!rs1', '-i', fleet.inventory)
    expect([none.code, none.stderr]).toEqual([5, expect.stringContaining('rs1:!rs1 leaves no host')])
  })
})
