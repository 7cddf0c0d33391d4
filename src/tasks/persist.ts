import * as v from 'valibot'
import type { Diagnostic } from '../model/document.ts'
import type { Change, Facts, Plan, Setting, Step } from '../model/task-type.ts'
import { type FileReading, files, textOf } from '../readings/file.ts'
import { type InitSystem, initSystem } from '../readings/init-system.ts'
import { ownSysctlFile, sysctlFiles } from '../readings/sysctl-d.ts'
import { defineTask } from './define-task.ts'
import type { Place } from './files/write-file.ts'
import { bootScript, ipvsPath, nicVipsPath, scriptPath, vipsPath } from './persist/boot-script.ts'
import {
  contentChanges,
  ipvsDifferences,
  nicVipDifferences,
  starterChanges,
  starterRemovals,
  sysctlDifferences,
  textAt,
  vipDifferences,
} from './persist/changes.ts'
import {
  ipvsText,
  mergeIpvs,
  mergeNicVips,
  mergeSysctls,
  mergeVips,
  nicVipText,
  parseIpvs,
  parseNicVips,
  parseSysctls,
  parseVips,
  type SysctlEntries,
  sysctlText,
  vipText,
} from './persist/entries.ts'
import { overrides } from './persist/loaders.ts'
import { lateStarters, starters, startersOf } from './persist/starters.ts'

const args = v.nullable(
  v.strictObject({
    prune: v.optional(
      v.pipe(
        v.boolean(),
        v.description('Drop the entries of ours that no task of this run wishes. Without it they stay.'),
      ),
      false,
    ),
    state: v.optional(
      v.pipe(v.picklist(['present', 'absent']), v.description('`absent`: remove everything that persist ever wrote.')),
      'present',
    ),
  }),
)

/** Every path that is ours. Files come before the links that enable them. */
const paths = {
  sysctls: ownSysctlFile,
  vips: vipsPath,
  script: scriptPath,
  unit: starters.systemd.path,
  unitLink: starters.systemd.link,
  service: starters.openrc.path,
  serviceLink: starters.openrc.link,
  nicVips: nicVipsPath,
  ipvs: ipvsPath,
  lateUnit: lateStarters.systemd.path,
  lateUnitLink: lateStarters.systemd.link,
  lateService: lateStarters.openrc.path,
  lateServiceLink: lateStarters.openrc.link,
} as const
type Places = { readonly [name in keyof typeof paths]: Place }

const names = Object.keys(paths) as (keyof typeof paths)[]
const readings = files(names.map((name) => paths[name]))

const placesOf = (facts: Facts): Places =>
  Object.fromEntries(
    readings.map((reading, index) => {
      const name = names[index] as keyof typeof paths
      return [name, { path: paths[name], reading, now: facts.of(reading) }]
    }),
  ) as Places

export default defineTask({
  name: 'persist',
  summary: 'Makes what the tasks of this run brought to a host come back after a reboot',
  example: `- name: Keep it over a reboot
  persist:

- name: Keep it, and drop what no task of this run wishes any more
  persist: {prune: true}

- name: Keep nothing
  persist: {state: absent}
`,
  keeps: true,
  args,
  readings: () => [...readings, initSystem(), sysctlFiles()],
  plan: (wish, facts, setting) => {
    const places = placesOf(facts)
    const problem = names.map((name) => obstacle(places[name])).find((found) => found !== undefined)
    if (problem) return { kind: 'refuse', problem }
    return planEntries(places, facts, { prune: false, state: 'present' as const, ...wish }, setting)
  },
})

interface Wish {
  readonly prune: boolean
  readonly state: 'present' | 'absent'
}

const planEntries = (places: Places, facts: Facts, wish: Wish, setting: Setting): Plan => {
  const old = {
    sysctls: parseSysctls(textAt(places.sysctls)),
    vips: parseVips(textAt(places.vips)),
    nicVips: parseNicVips(textAt(places.nicVips)),
    ipvs: parseIpvs(textAt(places.ipvs)),
  }
  const lasting = wish.state === 'absent' ? [] : setting.lasting
  const fresh = wish.prune || wish.state === 'absent'
  const sysctls = mergeSysctls(fresh ? new Map() : old.sysctls, lasting)
  const vips = mergeVips(fresh ? new Map() : old.vips, lasting)
  const nicVips = mergeNicVips(fresh ? new Map() : old.nicVips, lasting)
  const ipvs = mergeIpvs(fresh ? new Map() : old.ipvs, lasting)
  const init = facts.of(initSystem())
  const data = [
    ...contentChanges(places.ipvs, ipvs.size > 0 ? ipvsText(ipvs) : undefined, ipvsDifferences(old.ipvs, ipvs)),
    ...contentChanges(
      places.nicVips,
      nicVips.size > 0 ? nicVipText(nicVips) : undefined,
      nicVipDifferences(old.nicVips, nicVips),
    ),
    ...contentChanges(places.vips, vips.size > 0 ? vipText(vips) : undefined, vipDifferences(old.vips, vips)),
    ...contentChanges(
      places.sysctls,
      sysctls.size > 0 ? sysctlText(sysctls) : undefined,
      sysctlDifferences(old.sysctls, sysctls),
    ),
  ]
  if (sysctls.size + vips.size + nicVips.size + ipvs.size === 0) return removal(places, init, data)
  const kinds = startersOf(init)
  if (!kinds) return { kind: 'refuse', problem: noInit }
  const at = starterPlaces(places, init)
  const late = latePlaces(places, init)
  return {
    kind: 'changes',
    changes: [
      ...contentChanges(places.script, bootScript, []),
      ...data,
      ...starterChanges(kinds.early, at, reload(init)),
      ...(nicVips.size > 0 ? starterChanges(kinds.late, late, reload(init)) : starterRemovals(late, reload(init))),
    ],
    wishes: [
      ...[places.script, places.vips, places.sysctls, at.file, at.link],
      ...(nicVips.size > 0 ? [places.nicVips, late.file, late.link] : []),
      ...(ipvs.size > 0 ? [places.ipvs] : []),
    ].map(({ reading }) => reading),
    notes: notes(sysctls, facts),
  }
}

/** The starter goes first and the script last, so that a half-way stop leaves nothing that would start in vain. */
const removal = (places: Places, init: InitSystem, data: readonly Change[]): Plan => ({
  kind: 'changes',
  changes: [
    ...starterRemovals({ file: places.lateUnit, link: places.lateUnitLink }, reload(init)),
    ...starterRemovals({ file: places.lateService, link: places.lateServiceLink }, []),
    ...starterRemovals({ file: places.unit, link: places.unitLink }, reload(init)),
    ...starterRemovals({ file: places.service, link: places.serviceLink }, []),
    ...data,
    ...contentChanges(places.script, undefined, []),
  ],
  wishes: readings,
})

const starterPlaces = (places: Places, init: InitSystem) =>
  init.kind === 'systemd'
    ? { file: places.unit, link: places.unitLink }
    : { file: places.service, link: places.serviceLink }

const latePlaces = (places: Places, init: InitSystem) =>
  init.kind === 'systemd'
    ? { file: places.lateUnit, link: places.lateUnitLink }
    : { file: places.lateService, link: places.lateServiceLink }

const reload = (init: InitSystem): readonly Step[] =>
  init.kind === 'systemd' && init.running ? [{ kind: 'run', command: ['systemctl', 'daemon-reload'] }] : []

const noInit: Diagnostic = {
  severity: 'error',
  summary: 'this host has neither systemd nor OpenRC: nothing would run the boot script',
  hint: 'leave persist out here, and bring settings and VIPs back at boot by other means',
}

const links: readonly string[] = [paths.unitLink, paths.serviceLink, paths.lateUnitLink, paths.lateServiceLink]
const isLink = (path: string): boolean => links.includes(path)

/** What stands in the way at a path of ours: things that others put there are not overwritten. */
const obstacle = ({ path, now }: Place): Diagnostic | undefined => {
  const why = isLink(path) ? linkObstacle(path, now) : fileObstacle(now)
  if (why === undefined) return undefined
  const hint =
    now.kind === 'unreadable' ? 'persist needs root: set become: true' : `remove it if persist may use ${path}`
  return { severity: 'error', summary: `${path} ${why}`, hint }
}

const fileObstacle = (now: FileReading): string | undefined => {
  if (now.kind === 'absent') return undefined
  if (now.kind === 'link') return `is a link to ${now.to}: somebody masked it or moved it elsewhere`
  if (now.kind === 'other') return `is a ${now.what}, not a file`
  if (now.kind === 'unreadable') return 'cannot be read'
  if (now.bytes === undefined) return 'is larger than 64 KiB, so it is not ours alone'
  return textOf(now.bytes) === undefined ? 'is not a text file' : undefined
}

const linkObstacle = (path: string, now: FileReading): string | undefined => {
  if (now.kind === 'absent') return undefined
  if (now.kind === 'unreadable') return 'cannot be read'
  const name = path.slice(path.lastIndexOf('/'))
  if (now.kind === 'link')
    return now.to.endsWith(name) ? undefined : `is a link to ${now.to}, not to our ${name.slice(1)}`
  return `is a ${now.kind === 'other' ? now.what : 'file'}, not a link`
}

const notes = (sysctls: SysctlEntries, facts: Facts): readonly string[] =>
  overrides(facts.of(sysctlFiles()), sysctls).map(({ key, value, path, loaders }) => {
    const by = loaders.map((loader) => (loader.includes(' ') ? `\`${loader}\`` : loader)).join(' or ')
    const name = key.replaceAll('/', '.')
    return `${path} sets ${name} to ${value} after our ${sysctls.get(key)} when ${by} loads the files: take it out there`
  })
