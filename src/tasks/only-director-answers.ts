import * as v from 'valibot'
import type { Diagnostic } from '../model/document.ts'
import type { CommandResult, Facts, Plan, Reading, Setting } from '../model/task-type.ts'
import { addressedDevices, addresses } from '../readings/addresses.ts'
import { arping } from '../readings/arping.ts'
import { isDummy, link } from '../readings/interfaces.ts'
import { type Ip, notUnicast, parseIp } from '../readings/ip.ts'
import { nicFor, nicReadings } from '../readings/nic.ts'
import { defineTask } from './define-task.ts'
import { probe, type Question } from './only-director-answers/probe.ts'

const full = v.strictObject({
  address: v.pipe(v.string(), v.description('The VIP.')),
  nic: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[^\s/:]{1,15}$/, 'must be the name of an interface'),
      v.description('The interface to ask on; when it is not named, the one that leads towards the VIP.'),
    ),
  ),
})
const args = v.union([v.string(), full])
type Args = v.InferOutput<typeof args>

interface Wish {
  readonly vip: Ip
  readonly nic: string | undefined
}

const textOf = (given: Args): string => (typeof given === 'string' ? given : given.address)

const wishOf = (given: Args): Wish => ({
  vip: parseIp(textOf(given)) ?? { family: 4, address: textOf(given) },
  nic: typeof given === 'string' ? undefined : given.nic,
})

const refused = (summary: string, hint: string): Plan => ({
  kind: 'refuse',
  problem: { severity: 'error', summary, hint },
})

/** Where the asking host has the VIP itself: on lo or a dummy it does not answer, elsewhere it is a director. */
const heldOn = ({ address }: Ip, facts: Facts): string | undefined =>
  facts.of(addressedDevices).find((device) => facts.of(addresses(device)).some((held) => held.address === address))

const isSilent = (device: string | undefined, facts: Facts): boolean =>
  device === 'lo' || (device !== undefined && isDummy(facts.of(link(device))))

const plan = ({ vip, nic: named }: Wish, facts: Facts, { fleet }: Setting): Plan => {
  const found = named === undefined ? nicFor([vip.address], facts) : { nic: named }
  if ('problem' in found) return refused(found.problem.summary, found.problem.hint)
  const held = heldOn(vip, facts)
  const tool = facts.of(arping)
  const cannotAsk = vip.family === 6 || tool === undefined
  if (held !== undefined && cannotAsk)
    return vip.family === 6
      ? { kind: 'skip', because: `holds ${vip.address} itself: only other hosts can ask for an IPv6 address` }
      : refused(
          `this host holds ${vip.address} and cannot ask who else does`,
          'install arping: `package: iputils-arping`',
        )
  const known = [...(fleet?.hardware() ?? [])].map(([mac, { host, group }]) => `${mac}=${group} ${host}`)
  const holder = held !== undefined && !isSilent(held, facts)
  const question: Question = { vip: vip.address, nic: found.nic, holder, known: known.sort(), tool }
  const command = probe(question)
  const now = facts.of(answer(question))
  return {
    kind: 'opaque',
    steps: [{ kind: 'run', command, limit: 20, speaks: true }],
    because: now?.summary ?? '',
    changed: () => false,
    ...(now === undefined ? { foretold: [] } : { amiss: now }),
  }
}

/** What is wrong at this moment. Its key names who asks: hosts differ in it. */
const answer = (question: Question): Reading<Diagnostic | undefined> => {
  const command = probe(question)
  const key = `answers:${JSON.stringify(command.slice(4))}`
  return {
    key,
    source: { key, command },
    parse: ({ exitCode, stderr }: CommandResult) =>
      exitCode === 0
        ? undefined
        : {
            severity: 'error',
            summary: stderr.trim() || `nobody can be asked for ${question.vip}`,
            hint: 'a real server that answers takes traffic away from the director: close its ARP guards with sysctl',
          },
    test: (value) => (value === undefined ? [{ kind: 'succeeds', command }] : []),
  }
}

export default defineTask({
  name: 'only-director-answers',
  summary: 'Proves that neighbours who ask for a VIP get an answer from a director and from nobody else',
  example: `- name: Only the director answers for the VIP
  only-director-answers: "{{ vip }}"

- name: Ask on another interface than the one that leads towards the VIP
  only-director-answers: {address: 192.0.2.100, nic: eth1}
`,
  mayBeOpaque: true,
  asksFleet: true,
  args,
  understand: wishOf,
  check: (given) => {
    const text = textOf(given)
    const path = typeof given === 'string' ? [] : ['address']
    const ip = parseIp(text)
    if (ip === undefined)
      return [{ path, summary: `\`${text}\` is not an IP address`, hint: 'write it like 192.0.2.100' }]
    const unfit = notUnicast(ip)
    return unfit === undefined
      ? []
      : [{ path, summary: `${text} is ${unfit}, no VIP`, hint: 'name the address that clients connect to' }]
  },
  readings: ({ vip, nic }) => [
    addressedDevices,
    arping,
    ...(nic === undefined ? nicReadings([vip.address]) : [link('lo')]),
  ],
  plan,
})
