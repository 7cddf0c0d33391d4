import type { HostRecap, RunEvent } from '../model/event.ts'

type Counts = { -readonly [key in keyof HostRecap]: HostRecap[key] }

/** Counts per host as events come: recap and exit code are read from it. */
export interface Tally {
  see(event: RunEvent): void
  recap(): { readonly [host: string]: HostRecap }
  /** Which of the contract's reasons hold (exit codes), without internal errors. */
  reasons(options: { readonly detailed: boolean }): readonly number[]
}

export const nothing = (): Counts => ({
  ok: 0,
  changed: 0,
  'would-change': 0,
  unknown: 0,
  skipped: 0,
  failed: 0,
  'not-run': 0,
  unreachable: 0,
  ignored: 0,
  rescued: 0,
})

/** The worst first, as the contract orders them. */
const order = [130, 1, 9, 6, 8, 7, 2, 4, 3]

export const createTally = (): Tally => {
  const hosts = new Map<string, Counts>()
  const reasons = new Set<number>()
  const of = (host: string): Counts => {
    const counts = hosts.get(host) ?? nothing()
    hosts.set(host, counts)
    return counts
  }
  return {
    see: (event) => {
      switch (event.type) {
        case 'run-started':
          for (const host of event.hosts) of(host)
          break
        case 'task-finished':
          // Items are told beside their task, which counts once.
          if (event.item !== undefined) break
          if (event.ignored) of(event.host).ignored++
          else if (event.rescued) of(event.host).rescued++
          else {
            of(event.host)[event.status]++
            if (event.status === 'failed') reasons.add(2)
          }
          break
        case 'host-unreachable':
          if (event.ignored) of(event.host).ignored++
          else {
            of(event.host).unreachable++
            reasons.add(4)
          }
          break
        case 'host-locked':
          reasons.add(7)
          break
        case 'rollout-halted':
          if (event.hosts_left.length > 0) reasons.add(6)
          break
        case 'interrupted':
          reasons.add(130)
          break
      }
    },
    recap: () => Object.fromEntries(hosts),
    reasons: ({ detailed }) => {
      const pending = [...hosts.values()].some((counts) => counts['would-change'] > 0 || counts.unknown > 0)
      const all = new Set(reasons)
      if (detailed && pending) all.add(3)
      return order.filter((code) => all.has(code))
    },
  }
}

/** The exit code of a run: the first reason, or 0. */
export const exitCode = (reasons: readonly number[]): number => reasons[0] ?? 0
