import * as v from 'valibot'
import type { Diagnostic, Value } from '../model/document.ts'
import type { Change, Difference, Facts, Plan, Reading, Step } from '../model/task-type.ts'
import { type PackageReading, packages } from '../readings/packages.ts'
import { unsupported } from './arguments/unsupported.ts'
import { defineTask } from './define-task.ts'
import { fetchLists, install, remove } from './package/apt.ts'

const packageName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[A-Za-z0-9.+:~-]+)?$/,
    'must be the name of a package\nwrite it like nginx, or nginx=1.22.1-9 for one version',
  ),
)
const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)))

const args = v.strictObject({
  name: v.optional(
    v.pipe(
      v.union([packageName, v.array(packageName)]),
      v.description('A package or a list of them; `NAME=VERSION` for one version.'),
    ),
    [],
  ),
  state: v.optional(
    v.pipe(
      v.picklist(['present', 'absent', 'latest']),
      v.description('`latest`: also the version that the lists of the host have now.'),
    ),
    'present',
  ),
  update_cache: flag('Fetch the lists of packages first, where something may be installed.'),
  cache_valid_time: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.description('Lists that are younger than this many seconds are not fetched; implies `update_cache`.'),
    ),
  ),
  install_recommends: flag('Whether recommended packages come along. Default: as apt is configured.'),
  allow_downgrade: flag('Whether `NAME=VERSION` may be an older one. Default false.'),
  purge: flag('With `state: absent`: configuration files go too.'),
  deb: unsupported('bring the file with `copy` and install it with `command: {argv: [apt-get, …], unless: …}`'),
  upgrade: unsupported('name the packages, with `state: latest`'),
  autoremove: unsupported('use `command: apt-get -y autoremove`'),
  autoclean: unsupported('use `command: apt-get autoclean`'),
  clean: unsupported('use `command: apt-get clean`'),
  default_release: unsupported('write `NAME=VERSION`'),
  force: unsupported('packages of unknown origin are not installed'),
  force_apt_get: unsupported('apt-get is always used'),
  allow_unauthenticated: unsupported('packages of unknown origin are not installed'),
  only_upgrade: unsupported('use `state: latest` where it is installed'),
  dpkg_options: unsupported('configuration files that somebody changed stay'),
  policy_rc_d: unsupported('stop the service with `service` afterwards'),
  lock_timeout: unsupported('a lock of apt is waited for 60 s'),
  fail_on_autoremove: unsupported('look with --check first'),
  update_cache_retries: unsupported('use `until` and `retries`'),
  update_cache_retry_max_delay: unsupported('use `until` and `delay`'),
  use: unsupported('only apt is known'),
})
type Args = v.InferOutput<typeof args>

/** `pkg` and `package` are other words for `name`; a text may hold several names with commas. */
const spelled = (input: Value): Value => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  const { pkg, package: named, ...rest } = input as { readonly [key: string]: Value }
  const name = rest.name ?? pkg ?? named
  if (name === undefined) return input
  return {
    ...rest,
    name: typeof name === 'string' && name.includes(',') ? name.split(',').map((one) => one.trim()) : name,
  }
}

export default defineTask({
  name: 'package',
  summary: 'Installs, updates or removes packages of Debian with apt',
  example: `- package: {name: [ipvsadm, keepalived], cache_valid_time: 86400}

- package: {name: nginx, state: latest}
`,
  mayBeOpaque: true,
  spelled,
  args,
  check: ({ name, state, update_cache, cache_valid_time }) => {
    if (name.length > 0) return []
    if (state === 'present' && (update_cache || cache_valid_time !== undefined)) return []
    return [{ path: ['name'], summary: 'names no package', hint: 'give `name`' }]
  },
  readings: (wish) => packages(wantedBy(wish).map(({ name }) => name)),
  plan: (wish, facts) => {
    const asked = wantedBy(wish)
    const readings = packages(asked.map(({ name }) => name))
    const [first] = readings.map((reading) => facts.of(reading))
    if (first === undefined || first.manager !== 'apt') return noApt(first?.manager ?? 'none')
    const due = listsAreDue(wish, first.listsAge)
    if (asked.length === 0) return due ? lists : none(readings)
    const all = asked.map(({ name, version }, index) =>
      found(name, version, readings[index] as Reading<PackageReading>, facts),
    )
    if (wish.state === 'absent') return removal(wish, all)
    const unknown = due ? undefined : all.find(({ now }) => !now.present && now.candidate === undefined)
    if (unknown) return { kind: 'refuse', problem: notKnown(unknown.name) }
    if (wish.state === 'latest' && due) return newest(wish)
    return installation(wish, all, due)
  },
})

interface Wanted {
  readonly name: string
  readonly version: string | undefined
}
interface Found extends Wanted {
  readonly reading: Reading<PackageReading>
  readonly now: PackageReading
}

const wantedBy = ({ name }: Args): readonly Wanted[] =>
  [...new Set([name].flat())].map((written) => {
    const [plain = written, version] = written.split('=')
    return { name: plain, version }
  })

const found = (name: string, version: string | undefined, reading: Reading<PackageReading>, facts: Facts): Found => ({
  name,
  version,
  reading,
  now: facts.of(reading),
})

const listsAreDue = ({ update_cache, cache_valid_time }: Args, age: number): boolean =>
  cache_valid_time !== undefined ? update_cache !== false && age > cache_valid_time : update_cache === true

const none = (wishes: readonly Reading<unknown>[]): Plan => ({ kind: 'changes', changes: [], wishes })

/** New lists are no other state of the host. */
const lists: Plan = {
  kind: 'opaque',
  steps: [fetchLists],
  because: 'lists of packages are fetched',
  changed: () => false,
  foretold: [],
}

const newest = (wish: Args): Plan => ({
  kind: 'opaque',
  steps: [fetchLists, install([wish.name].flat(), mannerOf(wish))],
  because: 'what is the latest is known only with the new lists',
  changed: (results) => !/^0 upgraded, 0 newly installed/m.test(results.at(-1)?.stdout ?? ''),
})

const mannerOf = ({ install_recommends: recommends, allow_downgrade: downgrade }: Args) => ({ recommends, downgrade })

const installation = (wish: Args, all: readonly Found[], due: boolean): Plan => {
  const wanting = all.filter(({ version, now }) => {
    if (!now.present) return true
    if (version !== undefined) return now.version !== version
    return (
      wish.state === 'latest' &&
      now.version !== undefined &&
      now.candidate !== undefined &&
      now.version !== now.candidate
    )
  })
  const after = ({ version, now }: Found): PackageReading => {
    const known = version ?? (due ? undefined : now.candidate)
    const { version: _, ...rest } = now
    return { ...rest, present: true, ...(known === undefined ? {} : { version: known }) }
  }
  const steps = [
    ...(due ? [fetchLists] : []),
    install(
      wanting.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
      mannerOf(wish),
    ),
  ]
  const fresh = wanting.filter(({ now }) => !now.present).map(({ name }) => name)
  const old = wanting.flatMap(({ name, now }) => (now.version === undefined ? [] : [`${name}=${now.version}`]))
  const undo = [
    ...(old.length > 0 ? [install(old, { downgrade: true })] : []),
    ...(fresh.length > 0 ? [remove(fresh, false)] : []),
  ]
  const told = wanting.map((each) => ({
    what: each.name,
    from: each.now.version ?? 'absent',
    to: after(each).version ?? 'installed',
  }))
  return planOf(all, wanting, told, { steps, undo, after })
}

const removal = (wish: Args, all: readonly Found[]): Plan => {
  const there = all.filter(({ now }) => now.present)
  const back = there.map(({ name, now }) => (now.version === undefined ? name : `${name}=${now.version}`))
  return planOf(
    all,
    there,
    there.map(({ name, now }) => ({ what: name, from: now.version ?? 'installed', to: 'absent' })),
    {
      steps: [
        remove(
          there.map(({ name }) => name),
          wish.purge === true,
        ),
      ],
      undo: [install(back, { downgrade: true })],
      after: ({ now: { version: _, ...rest } }) => ({ ...rest, present: false }),
    },
  )
}

interface Effect {
  readonly steps: readonly Step[]
  readonly undo: readonly Step[]
  after(found: Found): PackageReading
}

/** One command for all of them: the first difference carries it. */
const planOf = (
  all: readonly Found[],
  touched: readonly Found[],
  told: readonly Difference[],
  { steps, undo, after }: Effect,
): Plan => ({
  kind: 'changes',
  changes: told.map((difference, index): Change => {
    if (index > 0) return { ...difference, steps: [], undo: [], leaves: [] }
    return {
      ...difference,
      steps,
      undo,
      leaves: touched.map((each) => ({ reading: each.reading, value: after(each) })),
    }
  }),
  wishes: all.map(({ reading }) => reading),
  unsettles: true,
})

const noApt = (manager: string): Plan => ({
  kind: 'refuse',
  problem: {
    severity: 'error',
    summary:
      manager === 'none'
        ? 'this host has no apt'
        : `this host installs packages with ${manager}, and only apt is known`,
    hint: `use \`command: {argv: [${manager === 'none' ? '…' : `${manager}, …`}], unless: …}\``,
  },
})

const notKnown = (name: string): Diagnostic => ({
  severity: 'error',
  summary: `apt knows no package ${name}`,
  hint: '`update_cache: true` fetches new lists; of a virtual package name one that provides it',
})
