import type { Rule, Work } from '../rule.ts'

const keeps = ({ task, args }: Work): boolean =>
  task.type.keeps === true && (args as { readonly state?: string } | null)?.state !== 'absent'

/** `persist` keeps what came before it; what comes after the last one is gone at the next reboot. */
export const persistTooEarly: Rule = {
  id: 'persist-too-early',
  severity: 'warning',
  inCourse: (course) => {
    const last = course.findLastIndex(keeps)
    const persist = course[last]
    const late = course.slice(last + 1).find(({ task }) => task.type.lasting !== undefined)
    if (persist === undefined || late === undefined) return []
    return [
      {
        summary: `\`${persist.task.type.name}\` in line ${persist.task.at.line} comes before this task, so a reboot loses what it does`,
        at: late.task.at,
        hint: 'move `persist` behind the last task that it shall keep',
      },
    ]
  },
}
