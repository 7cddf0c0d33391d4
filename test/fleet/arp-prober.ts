import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { wire } from '../../src/lab/fleet.ts'
import type { Ended, Fleet } from './fleet.ts'

/** What was heard since the last report, by the MAC of the frame's sender. */
export interface ArpReport {
  /** Requests for the VIP, and how long the longest pause between two of them was. */
  readonly sent: number
  readonly milliseconds: number
  readonly longestGap: number
  /** ARP of any kind that names the VIP as its sender. */
  readonly claims: Readonly<Record<string, { readonly reply?: number; readonly request?: number }>>
  /** Replies for the addresses that must answer. */
  readonly answers: Readonly<Record<string, number>>
  /** Requests that name another sender. */
  readonly asks: Readonly<Record<string, number>>
}

export interface ArpProber {
  /** Of the time since the last report until now, at least two requests for the VIP. */
  report(): Promise<ArpReport>
  end(): Promise<void>
}

/** The prober's own address on the wire: no host's, so that no neighbour's entry for it matters. */
const prober = '10.88.0.2'

/** Starts asking for the VIP, 200 times a second, on the fleet's switch. @param answering addresses that must answer */
export const startArpProber = async (fleet: Fleet, vip: string, answering: readonly string[]): Promise<ArpProber> => {
  const script = join(import.meta.dirname, 'arp-prober.pl')
  const enter = ['-t', `${fleet.switchPid}`, '-n', '--', 'perl', script]
  const child = spawn('nsenter', [...enter, wire.bridge, prober, vip, ...answering], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the prober has ended')
    return value
  }
  await line()
  return {
    report: async () => {
      child.stdin.write('report\n')
      return JSON.parse(await line()) as ArpReport
    },
    end: async () => {
      child.stdin.end()
      await closed
    },
  }
}

const talker = readFileSync(join(import.meta.dirname, 'arp-talker.pl'), 'utf8')

/** Neighbours whom nobody knows, inside the wire's network. */
const strangers = '10.88.200'

/** On a real server: makes the file when it has spoken from the VIP. */
export const spoken = '/run/spoken'

/**
 * Makes a host speak from the VIP to strangers, so that it must ask for them by ARP: once, now; or from when it holds the
 * VIP until it is switched off.
 */
export const talk = (fleet: Fleet, host: string, vip: string, how: 'once' | 'always'): Promise<Ended> => {
  const run = `perl /run/talker.pl ${vip} ${strangers} ${spoken}`
  const start = how === 'once' ? `${run} once` : `${run} </dev/null >/dev/null 2>&1 &\necho $! >/run/talker.pid`
  return fleet.exec(host, `rm -f ${spoken}\ncat >/run/talker.pl <<'TALKER'\n${talker}TALKER\n${start}`)
}
