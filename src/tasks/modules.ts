import * as v from 'valibot'
import type { Diagnostic } from '../model/document.ts'
import type { Change, Difference, Facts, Plan, Reading } from '../model/task-type.ts'
import { files } from '../readings/file.ts'
import { kernelModule, kernelName, type ModuleReading } from '../readings/kernel-modules.ts'
import { defineTask } from './define-task.ts'
import type { Place } from './files/write-file.ts'
import {
  type Entries,
  loadPath,
  loadText,
  optionsPath,
  optionsText,
  parseLoad,
  parseOptions,
} from './modules/boot-files.ts'
import { contentChanges, textAt } from './persist/changes.ts'

const moduleName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/, 'must be the name of a kernel module'))
const names = v.pipe(v.array(moduleName), v.minLength(1))

const options = v.strictObject({
  name: v.pipe(v.union([moduleName, names]), v.description('A kernel module or a list of them.')),
  state: v.optional(
    v.pipe(v.picklist(['present', 'absent']), v.description('`absent`: unloaded, and not loaded at boot.')),
    'present',
  ),
  params: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'must be words like conn_tab_bits=15'),
      v.description('Its parameters, like conn_tab_bits=15; what is loaded already gets them with the next load.'),
    ),
  ),
  persistent: v.optional(
    v.pipe(
      v.picklist(['present', 'absent', 'disabled']),
      v.description('Whether a boot loads it: `absent` takes our entry away, `disabled` leaves the boot as it is.'),
    ),
  ),
})
const args = v.union([moduleName, names, options])
type Args = v.InferOutput<typeof args>

interface Wish {
  readonly names: readonly string[]
  readonly state: 'present' | 'absent'
  readonly params: string | undefined
  readonly boot: 'present' | 'absent' | 'disabled'
}

const wishOf = (written: Args): Wish => {
  const whole =
    typeof written === 'object' && 'name' in written ? written : { name: written, state: 'present' as const }
  const { state } = whole
  const { params, persistent } = { params: undefined, persistent: undefined, ...whole }
  const all = [whole.name].flat().map(kernelName)
  return { names: [...new Set(all)], state, params, boot: persistent ?? state }
}

const bootFiles = files([loadPath, optionsPath])

export default defineTask({
  name: 'modules',
  summary: 'Loads kernel modules, now and at boot',
  example: `- modules: [ip_vs, ip_vs_wlc]

- modules: {name: ip_vs, params: conn_tab_bits=15}
`,
  mayBeOpaque: true,
  args,
  understand: wishOf,
  check: (written) => {
    const { names: all, params } = wishOf(written)
    return params !== undefined && all.length > 1
      ? [{ path: ['params'], summary: '`params` are those of one module', hint: 'make a task for each' }]
      : []
  },
  readings: (wish) => [...wish.names.map(kernelModule), ...bootFiles],
  plan: (wish, facts) => {
    const found = wish.names.map((name) => {
      const reading = kernelModule(name)
      return { name, reading, now: facts.of(reading) }
    })
    const problem = wish.state === 'absent' ? found.map(inUse).find((why) => why !== undefined) : undefined
    const places = placesOf(facts)
    const blocked = problem ?? places.map(obstacle).find((why) => why !== undefined)
    if (blocked) return { kind: 'refuse', problem: blocked }
    return planModules(wish, found, places)
  },
})

interface Found {
  readonly name: string
  readonly reading: Reading<ModuleReading>
  readonly now: ModuleReading
}

const placesOf = (facts: Facts): readonly [Place, Place] => {
  const [load, given] = bootFiles as [(typeof bootFiles)[0], (typeof bootFiles)[0]]
  return [
    { path: loadPath, reading: load, now: facts.of(load) },
    { path: optionsPath, reading: given, now: facts.of(given) },
  ]
}

const refused = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })

const inUse = ({ name, now }: Found): Diagnostic | undefined => {
  if (now.kind === 'builtin') return refused(`${name} is part of the kernel`, 'it cannot be unloaded')
  if (now.kind === 'loaded' && now.users.length > 0)
    return refused(`${name} is used by ${now.users.join(', ')}`, 'unload these first')
  return undefined
}

/** What stands in the way at a path of ours: things that others put there are not overwritten. */
const obstacle = ({ path, now }: Place): Diagnostic | undefined => {
  if (now.kind === 'absent') return undefined
  if (now.kind === 'unreadable') return refused(`${path} cannot be read`, 'set become: true')
  if (now.kind === 'file' && now.bytes !== undefined) return undefined
  return refused(`${path} is no text file of ours`, `remove it if modules may use ${path}`)
}

const planModules = (wish: Wish, found: readonly Found[], [load, given]: readonly [Place, Place]): Plan => {
  const live = found.flatMap((each) => liveChange(wish, each))
  const boot = bootChanges(wish, [load, given])
  const late = wish.params === undefined ? [] : found.filter(({ now }) => now.kind !== 'absent')
  return {
    kind: 'changes',
    changes: wish.state === 'present' ? [...live, ...boot] : [...boot, ...live],
    wishes: [
      ...found.map(({ reading }) => reading),
      ...(wish.boot === 'disabled' ? [] : [load.reading, given.reading]),
    ],
    ...(live.length > 0 ? { unsettles: true } : {}),
    ...(late.length > 0 && boot.length > 0
      ? { notes: late.map(({ name }) => `${name} is loaded already: its parameters hold from its next load on`) }
      : {}),
  }
}

const liveChange = ({ state, params }: Wish, { name, reading, now }: Found): readonly Change[] => {
  if ((now.kind === 'absent') === (state === 'absent')) return []
  const insert = ['modprobe', '--', name, ...(params === undefined ? [] : params.split(' '))] as const
  const take = ['modprobe', '-r', '--', name] as const
  const [from, to] = state === 'present' ? ['absent', 'loaded'] : ['loaded', 'absent']
  const value: ModuleReading = state === 'present' ? { kind: 'loaded', users: [] } : { kind: 'absent' }
  return [
    {
      what: `module ${name}`,
      from,
      to,
      steps: [{ kind: 'run', command: state === 'present' ? insert : take }],
      undo: [{ kind: 'run', command: state === 'present' ? take : insert }],
      leaves: [{ reading, value }],
    },
  ]
}

const bootChanges = ({ names: all, boot, params }: Wish, [load, given]: readonly [Place, Place]): readonly Change[] => {
  if (boot === 'disabled') return []
  const old = { load: parseLoad(textAt(load)), options: parseOptions(textAt(given)) }
  const next = { load: new Map(old.load), options: new Map(old.options) }
  for (const name of all) {
    if (boot === 'present') next.load.set(name, '')
    else next.load.delete(name)
    if (boot === 'absent') next.options.delete(name)
    else if (params !== undefined) next.options.set(name, params)
  }
  // A file of ours that already says the same keeps its form.
  return [
    ...(same(old.load, next.load)
      ? []
      : contentChanges(load, loadText(next.load), differences(old.load, next.load, 'loaded'))),
    ...(same(old.options, next.options)
      ? []
      : contentChanges(given, optionsText(next.options), differences(old.options, next.options, 'options'))),
  ]
}

const same = (a: Entries, b: Entries): boolean =>
  a.size === b.size && [...a].every(([name, options]) => b.get(name) === options)

const differences = (from: Entries, to: Entries, what: 'loaded' | 'options'): readonly Difference[] => {
  const told = (entries: Entries, name: string): string => (entries.has(name) ? entries.get(name) || what : 'absent')
  const label = (name: string): string => (what === 'loaded' ? `boot module ${name}` : `options of ${name}`)
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((name) => told(from, name) !== told(to, name))
    .map((name) => ({ what: label(name), from: told(from, name), to: told(to, name) }))
}
