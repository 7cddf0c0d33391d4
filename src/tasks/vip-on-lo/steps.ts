import type { Change, Command, Demand, Difference, Step, Test } from '../../model/task-type.ts'
import { addresses, type HostAddress } from '../../readings/addresses.ts'
import { has, type Listing } from './listing.ts'

/** A VIP goes onto lo only where the host itself, just before, finds its guards closed. NDP never answers for lo. */
const guarded = ({ family }: HostAddress): { requires?: readonly Test[] } =>
  family === 4 ? { requires: [{ kind: 'guarded' }] } : {}

export const addStep = (entry: HostAddress): Step => {
  const { family, address, prefix, peer, broadcast, scope, label } = entry
  const command: Command = [
    ...(['ip', 'addr', 'add'] as const),
    ...(peer === undefined ? [`${address}/${prefix}`] : [address, 'peer', peer]),
    ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
    'dev',
    'lo',
    ...(family === 4 ? ['scope', scope] : []),
    ...(label === undefined ? [] : ['label', label]),
  ]
  return { kind: 'run', command, ...guarded(entry) }
}

/** Always with its exact prefix: without one, or with another, some versions of ip delete what matches loosely. */
export const deleteStep = (entry: HostAddress, requires: readonly Test[] = []): Step => {
  const { address, prefix, peer } = entry
  const what = peer === undefined ? [`${address}/${prefix}`] : [address, 'peer', peer]
  return {
    kind: 'run',
    command: [...(['ip', 'addr', 'del'] as const), ...what, 'dev', 'lo'],
    ...(requires.length > 0 ? { requires } : {}),
  }
}

export const notSession = ({ address }: HostAddress): Test => ({ kind: 'not-session', address })

/** The steps from one listing to another: first what is too much goes, last to first, then what is missing comes. */
const stepsBetween = (from: Listing, to: Listing): Step[] => [
  ...from
    .filter((entry) => !has(to, entry))
    .reverse()
    .map((entry) => deleteStep(entry, to.some(({ address }) => address === entry.address) ? [] : [notSession(entry)])),
  ...to.filter((entry) => !has(from, entry)).map(addStep),
]

/** A change of the listing; its undo restores the whole of it. */
export const listingChange = (
  difference: Difference,
  steps: readonly Step[],
  [before, after]: readonly [Listing, Listing],
  demands: readonly Demand[] = [],
): Change => ({
  ...difference,
  steps,
  undo: stepsBetween(after, before),
  leaves: [{ reading: addresses('lo'), value: after }],
  ...(demands.length > 0 ? { demands } : {}),
})
