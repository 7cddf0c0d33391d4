import type { Change, Demand, Step } from '../../model/task-type.ts'
import { canonicalAddress, type HostAddress } from '../../readings/addresses.ts'
import type { Ip } from '../../readings/ip.ts'
import type { VipWish } from './args.ts'
import { has, isWhole, type Listing, wholeAddress, withAdded, withDeleted } from './listing.ts'
import { addStep, deleteStep, listingChange, notSession } from './steps.ts'

/** Grows a list of changes, each one planned on the listing that the one before leaves. */
interface Course {
  readonly changes: Change[]
  listing: Listing
  readonly promote: boolean
}

const outOfRotation = ({ address }: { address: string }): Demand => ({ kind: 'out-of-rotation', address })

const proceed = (course: Course, to: Listing, change: (listings: readonly [Listing, Listing]) => Change): void => {
  course.changes.push(change([course.listing, to]))
  course.listing = to
}

/** Every VIP as /32 or /128 first; only then the wide ones go, last to first. */
export const presentChanges = (vips: readonly Ip[], wish: VipWish, listing: Listing, promote: boolean): Change[] => {
  const course: Course = { changes: [], listing, promote }
  for (const vip of vips) bringUp(course, vip, wish)
  const wide = course.listing.filter(
    (entry) => !isWhole(entry) && vips.some(({ address }) => address === entry.address),
  )
  for (const entry of wide.reverse()) takeDown(course, entry)
  return course.changes
}

/** Whatever carries one of the addresses, of any prefix length, last to first. */
export const absentChanges = (vips: readonly Ip[], listing: Listing, promote: boolean): Change[] => {
  const course: Course = { changes: [], listing, promote }
  const there = listing.filter((entry) => vips.some(({ address }) => address === entry.address))
  for (const entry of [...there].reverse()) takeDown(course, entry, [outOfRotation(entry)])
  return course.changes
}

const bringUp = (course: Course, { family, address }: Ip, { scope, label }: VipWish): void => {
  const mine = course.listing.filter((entry) => entry.address === address)
  const whole = mine.find(isWhole)
  if (whole && (family === 6 || scope === undefined || scope === whole.scope)) return
  // IPv6 refuses an address twice, whatever the prefix length; a scope cannot be changed in place. Both leave a gap.
  const replaced = whole ?? (family === 6 ? mine[0] : undefined)
  const fresh = wholeAddress(family, address, scope ?? 'host', label ?? replaced?.label)
  const without = replaced ? withDeleted(course.listing, replaced, course.promote) : course.listing
  const steps = [...(replaced ? [deleteStep(replaced, [notSession(replaced)])] : []), addStep(fresh)]
  const from = replaced ? canonicalAddress(replaced) : 'absent'
  const difference = { what: `${address} on lo`, from, to: canonicalAddress(fresh) }
  proceed(course, withAdded(without, fresh), (listings) =>
    listingChange(difference, steps, listings, replaced ? [outOfRotation(fresh)] : []),
  )
}

const takeDown = (course: Course, entry: HostAddress, demands: readonly Demand[] = []): void => {
  const { listing, promote } = course
  const deleted = withDeleted(listing, entry, promote)
  const bystanders = listing.filter((other) => other !== entry && !has(deleted, other))
  const covered = listing.some((other) => other !== entry && other.address === entry.address)
  const remove = deleteStep(entry, covered ? [] : [notSession(entry)])
  const steps = bystanders.length === 0 ? [remove] : around(remove, bystanders, listing)
  const difference = { what: `${entry.address} on lo`, from: canonicalAddress(entry), to: 'absent' }
  const named = covered ? { ...difference, what: `${entry.address}/${entry.prefix} on lo` } : difference
  proceed(course, bystanders.reduce(withAdded, deleted), (listings) => listingChange(named, steps, listings, demands))
}

/**
 * Secondaries that nobody asked to remove go with their primary. Each is held as /32 meanwhile, so that it never leaves,
 * and put back as it was.
 */
const around = (remove: Step, bystanders: readonly HostAddress[], listing: Listing): Step[] => {
  const held = bystanders
    .filter((other) => !listing.some((entry) => entry.address === other.address && isWhole(entry)))
    .map((other) => wholeAddress(other.family, other.address, other.scope))
  return [...held.map(addStep), remove, ...bystanders.map(addStep), ...held.map((entry) => deleteStep(entry))]
}
