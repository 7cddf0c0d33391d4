import { failed } from './advance.ts'
import type { Engine } from './engine.ts'
import { reportRest, reportTask } from './report.ts'
import type { PlannedTask } from './round.ts'
import type { Ended } from './session.ts'
import type { WalkState } from './walk-state.ts'

export type Stopped = Ended | { readonly kind: 'locked'; readonly owner: string } | undefined

/** The script did not get as far as this task: the host is told as what it is now. */
export const stopAt = (
  planned: PlannedTask,
  ended: Stopped,
  { walk, engine }: { readonly walk: WalkState; readonly engine: Engine },
): 'stopped' | 'again' => {
  const { host } = walk
  if (ended?.kind === 'locked') {
    host.condition = 'locked'
    engine.emit({ type: 'host-locked', host: host.name, owner: ended.owner })
    reportRest(walk, engine, `the host is locked by ${ended.owner}`)
    return 'stopped'
  }
  if (ended?.kind === 'failed') {
    const { reason, hint } = ended
    const outcome = { status: 'failed', differences: [], reason, ...(hint === undefined ? {} : { hint }) } as const
    reportTask(planned, [outcome], 0, { walk, engine })
    return failed(planned, walk, engine) === 'on' ? 'again' : 'stopped'
  }
  host.condition = 'unreachable'
  if (ended?.kind !== 'lost' || !ended.unsent) host.touched = 'unknown'
  engine.emit({
    type: 'host-unreachable',
    host: host.name,
    reason: ended?.reason ?? 'the script on the host ended early',
    hint: 'run again: what was done is kept, what was not is done then',
    touched: host.touched,
  })
  return 'stopped'
}
