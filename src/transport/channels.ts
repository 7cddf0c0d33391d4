import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { CallEnd } from '../model/connection.ts'

/** What sshd allows on one connection where nobody says otherwise (MaxSessions). */
const MOST = 10
/** Milliseconds: sshd may need them to notice that the session before has ended. */
const PAUSES: readonly number[] = [10, 30, 100, 300, 1000]

/**
 * Runs calls side by side on one connection, as many as the host allows: who is one too many waits until another has ended.
 * Hosts whose tasks are delegated to one host, and all who ask a director, are at work there at once.
 */
export const createChannels = (): ((call: () => Promise<CallEnd>) => Promise<CallEnd>) => {
  const limit = pLimit(MOST)
  /** Calls that the host has opened a channel for, or may yet. */
  let active = 0
  let everOpened = false
  const counted = async (call: () => Promise<CallEnd>): Promise<CallEnd> => {
    active++
    const end = await call().finally(() => active--)
    everOpened ||= !isFull(end)
    return end
  }
  return async (call) => {
    for (let alone = 0; ; ) {
      const end = await limit(() => counted(call))
      if (!isFull(end)) return end
      if (active > 0) limit.concurrency = Math.min(limit.concurrency, active)
      else {
        const pause = everOpened ? PAUSES[alone++] : undefined
        if (pause === undefined) return end
        await sleep(pause)
      }
    }
  }
}

const isFull = (end: CallEnd): boolean => end.kind === 'refused' && end.noChannel === true
