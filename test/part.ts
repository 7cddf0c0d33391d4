import { appendFileSync } from 'node:fs'

/** Everything runs with CI=true; otherwise a fixed part of the long suites. */
const everything = process.env.CI === 'true'

/**
 * How much of a long suite to run. What is left out is told in the last lines of `npm test`.
 * @param what  the suite and its unit: "ARP leak: repetitions"
 */
export const part = (what: string, all: number, some: number): number => {
  const n = everything ? all : some
  if (n < all) tellLeftOut(`${what}: ${n} of ${all} (all with CI=true)`)
  return n
}

/** Notes something that was not tested, for the last lines of `npm test`. */
export const tellLeftOut = (text: string): void => {
  const file = process.env.IPVS_PLAY_LEFT_OUT
  if (file !== undefined) appendFileSync(file, `${text}\n`)
}

/** The seed of everything random in the tests; printed by fast-check when a property fails. */
export const seed = Number(process.env.IPVS_PLAY_SEED ?? 20261124)
