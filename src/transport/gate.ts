import pLimit, { type LimitFunction } from 'p-limit'

/** Lets handshakes through, only so many at once towards one first hop and in all. */
export interface Gate {
  /** Runs `attempt` when there is room. One that waits for its hop takes no place of the overall limit. */
  pass<T>(hop: string, attempt: () => T | Promise<T>): Promise<T>
  /** The hop dropped a connection: half as many at once from now on. */
  slowDown(hop: string): void
}

export const createGate = (perHop: number, overall: number): Gate => {
  const all = pLimit(overall)
  const hops = new Map<string, LimitFunction>()
  const limitOf = (hop: string): LimitFunction => {
    let limit = hops.get(hop)
    if (limit === undefined) {
      limit = pLimit(perHop)
      hops.set(hop, limit)
    }
    return limit
  }
  return {
    pass: (hop, attempt) => limitOf(hop)(() => all(attempt)),
    slowDown: (hop) => {
      const limit = limitOf(hop)
      limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2))
    },
  }
}
