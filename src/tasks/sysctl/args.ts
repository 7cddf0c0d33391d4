import * as v from 'valibot'
import type { ArgumentProblem } from '../../model/task-type.ts'
import { parseKey } from './key.ts'
import { sameWish } from './value.ts'

const valueMessage =
  'must be a number or a text\nthe kernel knows no booleans and no lists: write 1 or 0, "4096 87380 6291456"'
const value = v.union([v.pipe(v.number(), v.safeInteger(valueMessage)), v.string()], valueMessage)

const unsupported = (hint: string) => v.optional(v.literal(false, `is not supported\n${hint}`))

const ansibleForm = v.strictObject({
  name: v.pipe(v.string(), v.description('The kernel variable: `net.ipv4.ip_forward`, or in slash form.')),
  value: v.optional(v.pipe(value, v.description('What it shall read. Needed unless `state` is `absent`.'))),
  state: v.optional(
    v.pipe(
      v.picklist(['present', 'absent']),
      v.description('`absent` drops the entry that `persist` keeps; the live value stays.'),
    ),
    'present',
  ),
  reload: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Accepted for Ansible's sake: the live value is always set. `false` goes with `sysctl_set: true`."),
    ),
  ),
  sysctl_set: v.optional(
    v.pipe(v.boolean(), v.description("Accepted for Ansible's sake: the live value is always set.")),
  ),
  sysctl_file: v.pipe(
    v.optional(v.never('is not supported\n`persist` keeps values in a file of its own')),
    v.description('Not supported: `persist` keeps values in a file of its own.'),
  ),
  ignoreerrors: v.pipe(
    unsupported('use `ignore_errors` beside the task'),
    v.description('Not supported: use `ignore_errors` beside the task.'),
  ),
})

const mapForm = v.record(
  v.pipe(v.string(), v.regex(/[./]/, 'is not the name of a kernel variable\nwrite it like net.ipv4.ip_forward')),
  value,
)

/** Either form. */
export const sysctlSchema = v.union([mapForm, ansibleForm])
export type SysctlArgs = v.InferOutput<typeof sysctlSchema>

/** One entry of the arguments. Without `wish` it is no longer wished. `key` leads back to its place. */
interface Entry {
  readonly key: string
  readonly written: string
  readonly wish?: string
}

const isAnsibleForm = (args: SysctlArgs): args is v.InferOutput<typeof ansibleForm> => 'name' in args

const entriesOf = (args: SysctlArgs): readonly Entry[] => {
  if (!isAnsibleForm(args)) {
    return Object.entries(args).map(([key, wish]) => ({ key, written: key, wish: String(wish) }))
  }
  const { name, value: wish, state } = args
  return [{ key: 'name', written: name, ...(state === 'absent' || wish === undefined ? {} : { wish: String(wish) }) }]
}

/** Keys that are none, a value that is missing, and two wishes for one variable. */
export const sysctlProblems = (args: SysctlArgs): readonly ArgumentProblem[] => {
  if (isAnsibleForm(args) && args.state === 'present' && args.value === undefined) {
    return [{ path: [], summary: 'missing key `value`', hint: 'or `state: absent`' }]
  }
  // In Ansible the live value would stay as it is until the next boot.
  if (isAnsibleForm(args) && args.reload === false && args.sysctl_set !== true) {
    const summary = '`reload: false` leaves the live value alone, which is always set here'
    return [{ path: ['reload'], summary, hint: 'leave it out, or write a file in /etc/sysctl.d with `copy`' }]
  }
  const seen = new Map<string, Entry>()
  return entriesOf(args).flatMap((entry): ArgumentProblem[] => {
    const key = parseKey(entry.written)
    if (!key.ok) return [{ path: [entry.key], summary: key.summary, hint: key.hint }]
    const other = seen.get(key.path)
    seen.set(key.path, entry)
    if (!other || sameWish(other.wish ?? '', entry.wish ?? '')) return []
    const summary = `${other.written} and ${entry.written} are one variable, wished to be ${other.wish} and ${entry.wish}`
    return [{ path: [entry.key], summary, hint: 'name it once' }]
  })
}

/** A variable that the task speaks of. */
export interface Asked {
  readonly path: string
  readonly shown: string
  /** As written; absent: no longer wished. */
  readonly wish?: string
}

/** Each variable once; `sysctlProblems` found nothing. */
export const understand = (args: SysctlArgs): readonly Asked[] => {
  const asked = new Map<string, Asked>()
  for (const { written, wish } of entriesOf(args)) {
    const key = parseKey(written)
    if (key.ok && !asked.has(key.path)) {
      asked.set(key.path, { path: key.path, shown: key.shown, ...(wish === undefined ? {} : { wish }) })
    }
  }
  return [...asked.values()]
}
