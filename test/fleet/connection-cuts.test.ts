import { readFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part } from '../part.ts'
import { bringUp, type Fleet, playbooks } from './fleet.ts'
import { lastOf, playWith, pristine, wrongWithServer } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('connection cuts', 'root', 'ip', 'unshare', 'sshd')

interface Cut {
  /** Whose bytes are counted. */
  readonly from: 'host' | 'runner'
  /** The connection is cut on both sides when that many bytes of them have gone through. */
  readonly after: number
  /** Does a new connection get through? */
  readonly again: boolean
}

/** A door to the host that cuts its first connection; with no cut it counts. */
const openDoor = (hostPort: number) => {
  const seen = { host: 0, runner: 0, hostBeforeLastScript: 0 }
  const sockets = new Set<Socket>()
  let cut: Cut | undefined
  let first = true
  const pass = (from: Socket, to: Socket, whose: Cut['from'], mine: boolean) => {
    from.on('data', (chunk) => {
      const room = mine && cut?.from === whose ? cut.after - seen[whose] : Number.POSITIVE_INFINITY
      if (mine) seen[whose] += chunk.length
      if (mine && whose === 'runner' && chunk.length > 1000) seen.hostBeforeLastScript = seen.host
      if (chunk.length < room) return void to.write(chunk)
      // What was before the cut arrives; then both sides lose the connection at once.
      to.write(chunk.subarray(0, room), () => {
        from.destroy()
        to.destroy()
      })
    })
  }
  const server: Server = createServer((runner) => {
    const mine = first
    first = false
    if (!mine && cut?.again === false) return void runner.on('error', () => {}).destroy()
    const host = connect(hostPort, '127.0.0.1')
    for (const [one, other] of [
      [runner, host],
      [host, runner],
    ] as const) {
      sockets.add(one)
      one
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
    }
    pass(runner, host, 'runner', mine)
    pass(host, runner, 'host', mine)
  })
  return {
    listen: () =>
      new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
      }),
    /** Starts anew: the next connection is the first. @returns bytes of the first connection before, in all and when the last script came */
    next: (coming: Cut | undefined) => {
      const before = { ...seen }
      Object.assign(seen, { host: 0, runner: 0, hostBeforeLastScript: 0 })
      cut = coming
      first = true
      return before
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe.skipIf(skipped)('a connection cut anywhere in a changing run', () => {
  let fleet: Fleet
  let door: ReturnType<typeof openDoor>
  let site: string
  let total: ReturnType<ReturnType<typeof openDoor>['next']>
  const cuts = part('connection cuts', 60, 12)
  const reset = async () => {
    const { code, stderr } = await fleet.exec('rs1', pristine)
    expect(code, stderr).toBe(0)
  }

  beforeAll(async () => {
    fleet = await bringUp({ directors: 0, realservers: 1, server: 'openssh' })
    const [host] = fleet.hosts
    door = openDoor(host?.port ?? 0)
    const known = readFileSync(join(fleet.folder, 'lab/known_hosts'), 'utf8')
    const port = await door.listen()
    const file = fleet.write('known_hosts', known.replaceAll(`:${host?.port} `, `:${port} `))
    site = playWith(fleet, 'cut', readFileSync(join(playbooks, 'site.yml'), 'utf8'), {
      rs1: { ansible_port: port, ansible_ssh_common_args: `-o UserKnownHostsFile=${file} -o IdentitiesOnly=yes` },
    })
    door.next(undefined)
    const whole = await fleet.run(site, '-l', 'rs1')
    expect(whole.code, whole.stdout).toBe(0)
    total = door.next(undefined)
    expect(total.host).toBeGreaterThan(3000)
  })

  /** The host's whole answer to the write script, from the frame that says its first task has begun. */
  const intoTheWriting = (share: number) => {
    const begun = total.hostBeforeLastScript + 250
    return Math.round(begun + (total.host - begun) * share)
  }

  afterAll(async () => {
    door?.close()
    await fleet?.down()
  })

  // Four ways in turn; each goes over the whole run, from the handshake to the last frame.
  test.each(
    Array.from({ length: cuts }, (_, index) => ({
      from: index % 2 === 0 ? ('host' as const) : ('runner' as const),
      again: index % 4 < 2,
      share: (index + 0.5) / cuts,
    })),
  )('$from bytes, $share of them, new connection: $again', async ({ from, again, share }) => {
    await reset()
    door.next({ from, again, after: Math.max(1, Math.round(total[from] * share)) })
    const ended = await fleet.run(site, '-l', 'rs1', '--timeout', '3')
    const lost = lastOf(ended, 'host-unreachable')
    if (lost === undefined) {
      expect(ended.code, ended.stdout).toBe(0)
      expect([...ended.statuses('rs1')]).toEqual(['changed', 'changed', 'changed'])
    } else {
      // 6: where it had been written to, or may have, the rollout ends there; one host alone is no rollout with hosts left.
      expect([4, 6], ended.stdout).toContain(ended.code)
      expect(lost.touched).toMatch(/no|unknown/)
      if (lost.touched === 'no') expect((await fleet.exec('rs1', wrongWithServer)).stdout).not.toBe('')
      expect(lastOf(ended, 'run-finished')?.resume).toMatch(/--limit rs1$/)
    }
    // A loss before the login is tried again, one in the middle of it never: the host may count tries.
    if (again && lost?.touched === 'no') expect(lost.reason).toContain('during login')

    door.next(undefined)
    const second = await fleet.run(site, '-l', 'rs1')
    expect(second.code, second.stdout).toBe(0)
    if (lost === undefined) expect(new Set(second.statuses('rs1'))).toEqual(new Set(['ok']))
    expect((await fleet.exec('rs1', wrongWithServer)).stdout).toBe('')
    const left = await fleet.exec('rs1', 'cat /run/ipvs-play/lock; ls /run/ipvs-play | grep -v -e lock -e frames')
    expect(left.stdout).toBe('')
  })

  // The script goes on without its channel; the new connection waits for its end and hears the rest of its frames.
  test.each(Array.from({ length: Math.ceil(cuts / 3) }, (_, index) => (index + 0.5) / Math.ceil(cuts / 3)))(
    'cut with %s of the write frames through and the host in reach: picked up, nothing is lost',
    async (share) => {
      await reset()
      door.next({ from: 'host', again: true, after: intoTheWriting(share) })
      const ended = await fleet.run(site, '-l', 'rs1')
      expect(ended.code, ended.stdout).toBe(0)
      expect([...ended.statuses('rs1')]).toEqual(['changed', 'changed', 'changed'])
      expect((await fleet.exec('rs1', wrongWithServer)).stdout).toBe('')
    },
  )
})
