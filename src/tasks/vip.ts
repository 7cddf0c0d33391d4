import type { Diagnostic } from '../model/document.ts'
import type { Change, Facts, Lasting, Plan, Step } from '../model/task-type.ts'
import { addressedDevices, addresses, canonicalAddress, type HostAddress } from '../readings/addresses.ts'
import { type Arping, arping, arpingWords } from '../readings/arping.ts'
import type { Ip } from '../readings/ip.ts'
import { defineTask } from './define-task.ts'
import { type VipWish, vipProblems, vipSchema, wishOf } from './vip/args.ts'

const full = ({ family, address }: Ip): string => `${address}/${family === 4 ? 32 : 128}`

const isWhole = ({ family, prefix, peer }: HostAddress): boolean =>
  prefix === (family === 4 ? 32 : 128) && peer === undefined

const run = (...command: readonly [string, ...string[]]) => ({ kind: 'run', command }) as const

/** Busybox' ip knows neither word: there the kernel looks for duplicates by itself, for a second. */
const addSix = 'ip addr add "$1" dev "$2" nodad preferred_lft 0 2>/dev/null || ip addr add "$1" dev "$2"'

/**
 * IPv6 without a look for duplicates, which two directors that change places would fail; and never preferred, or the
 * director would use it as the source of its own connections.
 */
const addStep = (vip: Ip, nic: string): Step =>
  vip.family === 4 ? run('ip', 'addr', 'add', full(vip), 'dev', nic) : run('sh', '-c', addSix, 'sh', full(vip), nic)

const deleteStep = (vip: Ip, nic: string): Step => ({
  ...run('ip', 'addr', 'del', full(vip), 'dev', nic),
  requires: [{ kind: 'not-session', address: vip.address }],
})

/** Fails where somebody answers; arping says so in brackets, and its exit code means different things in different hands. */
const askAround = `m=$("$@" -D -c 2 -w 2 -I "$nic" "$vip" 2>/dev/null | sed -n 's/.*\\[\\([0-9A-Fa-f:]*\\)\\].*/\\1/p' | sort -u | tr '\\n' ' ')
[ -z "$m" ] || { echo "$vip is taken: \${m% } answers for it" >&2; exit 1; }`

const duplicateCheck = (vip: Ip, nic: string, tool: Arping): readonly Step[] =>
  vip.family === 6 || tool === undefined
    ? []
    : [
        {
          ...run('sh', '-c', `nic=$1 vip=$2; shift 2\n${askAround}`, 'sh', nic, vip.address, ...arpingWords(tool)),
          speaks: true,
        },
      ]

/** As a request and as an answer: some neighbours heed only the one, some only the other. */
const announcement = ({ family, address }: Ip, { nic, announce }: VipWish, tool: Arping): readonly Step[] => {
  if (family === 6 || tool === undefined || announce === 0) return []
  const [word, ...words] = arpingWords(tool)
  return ['-U', '-A'].map((form) => run(word, ...words, '-q', form, '-c', `${announce}`, '-I', nic, address))
}

const presentChange = (vip: Ip, wish: VipWish, { listing, tool }: State): Change => {
  const { nic } = wish
  const added: HostAddress = { ...vip, prefix: vip.family === 4 ? 32 : 128, scope: 'global', flags: [] }
  return {
    what: `${vip.address} on ${nic}`,
    from: 'absent',
    to: canonicalAddress(added),
    steps: [...duplicateCheck(vip, nic, tool), addStep(vip, nic), ...announcement(vip, wish, tool)],
    undo: [deleteStep(vip, nic)],
    leaves: [{ reading: addresses(nic), value: [...listing, added] }],
  }
}

const absentChange = (held: HostAddress, wish: VipWish, { listing, tool }: State): Change => {
  const { nic } = wish
  return {
    what: `${held.address} on ${nic}`,
    from: canonicalAddress(held),
    to: 'absent',
    steps: [deleteStep(held, nic)],
    undo: [addStep(held, nic), ...announcement(held, wish, tool)],
    leaves: [{ reading: addresses(nic), value: listing.filter((other) => other !== held) }],
  }
}

/** What later changes of the same task build upon. */
interface State {
  readonly listing: readonly HostAddress[]
  readonly tool: Arping
}

const plan = (wish: VipWish, facts: Facts): Plan => {
  const { nic } = wish
  const problem = wish.vips.map((vip) => obstacle(vip, wish, facts)).find((found) => found !== undefined)
  if (problem !== undefined) return { kind: 'refuse', problem }
  const tool = facts.of(arping)
  const changes: Change[] = []
  let listing = facts.of(addresses(nic))
  for (const vip of wish.vips) {
    const held = listing.find(({ address }) => address === vip.address)
    if ((held !== undefined) === (wish.state === 'present')) continue
    const state = { listing, tool }
    const change = held === undefined ? presentChange(vip, wish, state) : absentChange(held, wish, state)
    changes.push(change)
    listing = change.leaves[0]?.value as readonly HostAddress[]
  }
  const silent = wish.state === 'present' && tool === undefined && changes.some(({ from }) => from === 'absent')
  const note = `no arping here (package iputils-arping): nobody is asked whether the VIP is free, and no neighbour is told`
  return { kind: 'changes', changes, wishes: [addresses(nic)], ...(silent ? { notes: [note] } : {}) }
}

/** Where the VIP lies already in a way that this task neither takes for its own nor changes. */
const obstacle = (vip: Ip, { nic, state }: VipWish, facts: Facts): Diagnostic | undefined => {
  const devices = facts.of(addressedDevices)
  const holding = (device: string) => facts.of(addresses(device)).filter(({ address }) => address === vip.address)
  const wide = holding(nic).find((held) => !isWhole(held))
  if (wide !== undefined)
    return {
      severity: 'error',
      summary: `${vip.address} is on ${nic} as /${wide.prefix}: an address of the host itself, or another's VIP`,
      hint: `remove it from ${nic} yourself if it is to be a VIP`,
    }
  const other = state === 'present' ? devices.find((device) => device !== nic && holding(device).length > 0) : undefined
  if (other === undefined) return undefined
  return {
    severity: 'error',
    summary: `${vip.address} is on ${other}${other === 'lo' ? ', as on a real server' : ''}`,
    hint:
      other === 'lo'
        ? 'take it from there with vip-on-lo and state: absent, or leave this host out of the play'
        : `remove it from ${other} yourself, or name that as \`nic\``,
  }
}

const lasting = ({ vips, nic, state }: VipWish): readonly Lasting[] =>
  vips.map((vip) => ({
    kind: 'nic-vip',
    address: full(vip),
    device: nic,
    ...(state === 'absent' ? { gone: true as const } : {}),
  }))

export default defineTask({
  name: 'vip',
  summary: 'Holds VIPs on the interface of a director, where clients ask for them',
  example: `- name: Take the VIP
  vip: {address: "{{ vip }}", nic: "{{ nic }}"}

- name: Give one up
  vip: {address: 2001:db8::100, nic: eth0, state: absent}
`,
  args: vipSchema,
  check: vipProblems,
  understand: wishOf,
  readings: ({ nic }) => [addresses(nic), addressedDevices, arping],
  plan,
  lasting,
})
