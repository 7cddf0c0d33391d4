/** Hazards of the domain that can be seen without a host. */
import type { Diagnostic } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play } from '../model/schedule.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { renderNode } from '../template/render.ts'
import { coursesOf } from './courses.ts'
import type { Fleet, Found, Rule } from './rule.ts'
import { rules } from './rules/index.ts'
import { workOf } from './work.ts'

const fleetOf = (inventory: Inventory, schedule: Schedule): Fleet => {
  const nics = new Map<Play, ReadonlySet<string> | undefined>()
  const nicOf = (host: string): string | undefined => {
    const scope = schedule.hostScope(host)
    const binding = scope.get('nic')
    const rendered = binding?.kind === 'written' ? renderNode(binding.node, scope) : binding
    return rendered?.kind === 'value' && typeof rendered.value === 'string' ? rendered.value : undefined
  }
  const among = (play: Play): ReadonlySet<string> | undefined => {
    const found = new Set<string>()
    for (const host of play.hosts) {
      const nic = nicOf(host)
      if (nic === undefined) return undefined
      found.add(nic)
    }
    return found.size === 0 ? undefined : found
  }
  return {
    groups: inventory.groups,
    files: schedule.files,
    nicsOf: (play) => {
      if (!nics.has(play)) nics.set(play, among(play))
      return nics.get(play)
    },
  }
}

/** What the rules find in a schedule, each finding once, with the rule's id. */
export const lintSchedule = (schedule: Schedule, inventory: Inventory): readonly Diagnostic[] => {
  const fleet = fleetOf(inventory, schedule)
  const seen = new Map<string, Diagnostic>()
  const note = ({ id, severity }: Rule, found: readonly Found[]): void => {
    for (const { summary, at, hint } of found) {
      const key = JSON.stringify([id, at.file, at.line, at.column, summary])
      if (!seen.has(key)) seen.set(key, { severity, rule: id, summary, at, hint })
    }
  }
  for (const { plays } of schedule.playbooks) {
    const work = workOf(plays, schedule)
    const courses = coursesOf(plays, work)
    for (const rule of rules) {
      if (rule.inPlay) for (const play of plays) note(rule, rule.inPlay(play, fleet))
      if (rule.inWork) for (const each of work.all()) note(rule, rule.inWork(each, fleet))
      if (rule.inCourse) for (const course of courses) note(rule, rule.inCourse(course))
    }
  }
  return [...seen.values()]
}
