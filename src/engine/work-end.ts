import type { Step } from '../model/task-type.ts'
import type { TaskEnd } from '../remote/frames.ts'
import { commandFields, type ItemOutcome } from './outcome.ts'
import { changesOf, type PlannedItem } from './round.ts'

/** What the host answered about one item that was sent to it. */
export interface WorkEnd {
  readonly item: PlannedItem
  readonly end: TaskEnd
}

/** What a user is told of it. */
export const endOutcome = ({ item, end }: WorkEnd): ItemOutcome => {
  const { plan } = item
  const result = plan.kind === 'changes' && plan.result !== undefined ? { fields: plan.result } : {}
  if (end.kind === 'done') {
    if (plan.kind === 'opaque') {
      const last = end.results.at(-1)
      const changed = plan.changed?.(end.results) ?? true
      return {
        status: changed ? 'changed' : 'ok',
        differences: changed ? (plan.foretold ?? []) : [],
        ...(last === undefined ? {} : { fields: commandFields(last, endsOf(item)) }),
      }
    }
    const notes = plan.kind === 'changes' && plan.notes !== undefined ? { notes: plan.notes } : {}
    return { status: 'changed', differences: differences(item), ...result, ...notes }
  }
  const done = end.kind !== 'broken' && end.change > 0 ? differences(item).slice(0, end.change) : []
  const ran = end.kind === 'failed' && plan.kind === 'opaque' && !onlyLooked(plan) ? { wasChanged: true } : {}
  return { status: 'failed', differences: done, ...result, ...ran, ...failure(item, end) }
}

/** A wish that held after its own task and no longer at the end of the script. */
export const didNotTake = (end: TaskEnd): ItemOutcome =>
  end.kind === 'did-not-take'
    ? {
        status: 'failed',
        differences: [],
        reason: `did not last: ${readable(end.key)} is ${shown(end.found)} at the end of the script`,
        hint: rival,
      }
    : { status: 'failed', differences: [], reason: `unexpected answer at the end of the script: ${end.kind}` }

const onlyLooked = ({ steps }: { readonly steps: readonly Step[] }): boolean =>
  steps.every((step) => step.kind === 'run' && step.speaks)

const endsOf = ({ plan }: PlannedItem) => (plan.kind === 'opaque' && plan.keepsEnds ? 'kept' : 'stripped')

const differences = (item: PlannedItem) => changesOf(item).map(({ what, from, to }) => ({ what, from, to }))

const rival = 'another program on the host writes it too: tuned, a udev rule, a package trigger?'

const failure = (
  item: PlannedItem,
  end: Exclude<TaskEnd, { kind: 'done' }>,
): Pick<ItemOutcome, 'reason' | 'hint' | 'fields'> => {
  switch (end.kind) {
    case 'moved':
      return {
        reason: `moved: ${readable(end.key)} is now ${shown(end.found)}, and changed again after it was read anew`,
        hint: rival,
      }
    case 'did-not-take':
      return { reason: `did not take: ${readable(end.key)} is ${shown(end.found)} after it was written`, hint: rival }
    case 'refused':
      return { reason: `refused on the host: ${end.found}` }
    case 'broken':
      return {
        reason: `left a VIP on lo without its ARP guards: ${end.found}`,
        hint: 'the command or something it started reset them: run the guards task again',
      }
    case 'failed': {
      const { result, timedOut } = end
      const step = (item.plan.kind === 'opaque' ? item.plan.steps : changesOf(item)[end.change]?.steps)?.[end.step]
      const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-5).join('\n')
      const how = `${timedOut ? 'timed out' : `failed with exit ${result.exitCode}`}${said === '' ? '' : `: ${said}`}`
      if (step?.kind === 'run' && step.speaks && said !== '') return { reason: said }
      // What a command said matters more than the command, which can be long and stands in the playbook.
      const reason =
        step?.kind === 'run'
          ? `${how}\nin ${described(step)}`
          : `${step === undefined ? 'a step' : described(step)} ${how}`
      return {
        reason,
        ...(step?.kind === 'run' ? { fields: commandFields(result, endsOf(item)) } : {}),
      }
    }
  }
}

const described = (step: Step): string => {
  switch (step.kind) {
    case 'run':
      return `\`${step.command.join(' ')}\``
    case 'set':
      return `writing ${step.value} to /proc/sys/${step.path}`
    case 'put':
      return `writing ${step.path}`
  }
}

/** `sysctl:net/ipv4/ip_forward` → `net/ipv4/ip_forward`. */
const readable = (key: string): string => key.replace(/^[a-z-]+:/, '')
const shown = (found: string): string => (found === '' ? 'empty' : found)
