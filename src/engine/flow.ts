/** Blocks on a host's way: where it goes on when a task fails. */
import type { Block, Region } from '../model/schedule.ts'
import type { Entry } from './queue.ts'

/** A failure that goes on outwards once the `always` of its block is through. */
interface Pending {
  readonly block: Block
  readonly around: readonly Region[]
  /** The name of the task that failed. */
  readonly name: string
}

export interface Flow {
  queue: readonly Entry[]
  cursor: number
  /** Blocks whose tasks have failed, so that those of `rescue` have their turn. */
  readonly rescuing: Set<Block>
  /** Check: blocks with a task that may fail, by that task's name. */
  readonly mayFail: Map<Block, string>
  readonly pending: Pending[]
}

const stands = ({ path }: Entry, block: Block, part: Region['part']): boolean =>
  path.some((region) => region.block === block && region.part === part)

const ahead = ({ queue, cursor }: Flow, block: Block, part: Region['part']): number =>
  queue.findIndex((entry, index) => index > cursor && stands(entry, block, part))

/** Does it belong to a rescue that nothing calls for? */
export const isHidden = ({ path }: Entry, { rescuing, mayFail }: Flow): boolean =>
  path.some(({ block, part }) => part === 'rescue' && !rescuing.has(block) && !mayFail.has(block))

/** The innermost block whose rescue a failure of this entry would call. */
export const rescueOf = ({ path }: Entry): Block | undefined =>
  path.findLast(({ block, part }) => part === 'block' && block.rescues)?.block

/** The index of the next entry from `index` on, if no task before it fails; undefined: the way ends or is not known. */
export const upcoming = (flow: Flow, queue: readonly Entry[], index: number): number | undefined => {
  for (let next = index; next < queue.length; next++) {
    const entry = queue[next] as Entry
    const pending = flow.pending.at(-1)
    if (pending !== undefined && !entry.path.some(({ block }) => block === pending.block)) return undefined
    if (!isHidden(entry, flow)) return next
  }
  return undefined
}

/** Is there a rescue for the task at the cursor? */
export const isRescued = (flow: Flow): boolean =>
  flow.queue[flow.cursor]?.path.some(({ block, part }) => part === 'block' && ahead(flow, block, 'rescue') !== -1) ===
  true

/** Goes to the innermost rescue or always of this path; false: there is none, the failure is the host's. */
const findWayOut = (flow: Flow, path: readonly Region[], name: string): boolean => {
  for (const [depth, { block, part }] of [...path.entries()].reverse()) {
    const rescue = part === 'block' ? ahead(flow, block, 'rescue') : -1
    if (rescue !== -1) {
      flow.rescuing.add(block)
      flow.cursor = rescue
      return true
    }
    const always = part === 'always' ? -1 : ahead(flow, block, 'always')
    if (always !== -1) {
      flow.pending.push({ block, around: path.slice(0, depth), name })
      flow.cursor = always
      return true
    }
  }
  return false
}

/** The task at the cursor has failed. false: so has the host. */
export const fail = (flow: Flow, name: string): boolean => findWayOut(flow, flow.queue[flow.cursor]?.path ?? [], name)

/** Moves to the next entry that has its turn. `failed`: a failure that waited for an `always` is now the host's. */
export const settle = (flow: Flow): { readonly failed: string } | undefined => {
  for (;;) {
    const entry = flow.queue[flow.cursor]
    const pending = flow.pending.at(-1)
    if (pending !== undefined && entry?.path.some(({ block }) => block === pending.block) !== true) {
      flow.pending.pop()
      // It looks ahead from the last entry that was done.
      flow.cursor--
      if (!findWayOut(flow, pending.around, pending.name)) {
        flow.cursor++
        return { failed: pending.name }
      }
    } else if (entry !== undefined && isHidden(entry, flow)) flow.cursor++
    else return undefined
  }
}
