import type { Share } from '../model/schedule.ts'

/** How many of `total` a share is: a percentage is rounded down. */
export const shareOf = (share: Share, total: number): number =>
  'count' in share ? share.count : Math.floor((share.percent * total) / 100)

/** A batch holds at least one host. */
const batchOf = (share: Share, total: number): number => Math.max(1, shareOf(share, total))

/** What a play on real servers runs as that names no `serial` and would change VIPs or guards on several of them. */
export const carefulSerial: readonly Share[] = [{ count: 1 }, { percent: 25 }, { percent: 100 }]

/**
 * Cuts hosts into batches; percentages are of `total` (the play's hosts), the last share repeats.
 * @returns no empty batch; none for no hosts
 */
export const cutBatches = <T>(
  hosts: readonly T[],
  serial: readonly Share[],
  total: number,
): readonly (readonly T[])[] => {
  const batches: (readonly T[])[] = []
  let start = 0
  for (let index = 0; start < hosts.length; index++) {
    const share = serial[Math.min(index, serial.length - 1)] ?? { percent: 100 }
    const size = batchOf(share, total)
    batches.push(hosts.slice(start, start + size))
    start += size
  }
  return batches
}

/** `[1, 25%, 100%]`, as in a playbook. */
export const showSerial = (serial: readonly Share[]): string =>
  `[${serial.map((share) => ('count' in share ? share.count : `${share.percent}%`)).join(', ')}]`
