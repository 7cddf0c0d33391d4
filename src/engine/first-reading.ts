import ipaddr from 'ipaddr.js'
import type { Scope, Value } from '../model/document.ts'
import type { Source } from '../model/task-type.ts'
import { addresses, addressesSource } from '../readings/addresses.ts'
import { confSource } from '../readings/conf.ts'
import { interfaces } from '../readings/interfaces.ts'
import { nicFor, nicReadings } from '../readings/nic.ts'
import { variable } from '../schedule/variable.ts'
import { bookOf } from './draft.ts'
import type { Engine } from './engine.ts'
import type { ServerAddresses } from './rotation.ts'
import type { WalkState } from './walk-state.ts'

/** What the first command on a host always brings: all settings of all interfaces, all addresses, the routes towards its VIPs. */
export const firstSources = (walk: WalkState, engine: Engine): readonly Source[] => [
  confSource,
  addressesSource,
  ...nicReadings(vipsOf(walk, engine)).map(({ source }) => source),
]

/** Binds the facts `nic` and `facts`; a nic that cannot be told is a problem only for who asks for it. */
export const learnFacts = (walk: WalkState, engine: Engine): void => {
  const facts = bookOf(walk, { identity: engine.identityOf(walk.host.name, walk.play) }).under(new Map())
  const answer = nicFor(vipsOf(walk, engine), facts)
  if ('nic' in answer) walk.facts.set('nic', { kind: 'value', value: answer.nic })
  else walk.nicProblem = answer.problem
  const names = facts.of(interfaces)
  const held = Object.fromEntries(
    names.map((name) => [name, facts.of(addresses(name)).map(({ address, prefix }) => `${address}/${prefix}`)]),
  )
  walk.facts.set('facts', { kind: 'value', value: { interfaces: names, addresses: held } })
}

/** The host's variable `vip`: one address or a list, with or without a prefix length; what is no address is left to the task that uses it. */
const vipsOf = (walk: WalkState, engine: Engine): readonly string[] => {
  const scope = engine.schedule.scope(walk.play, walk.host.name, { facts: new Map(), results: walk.host.results })
  const rendered = variable(scope, 'vip')
  if (rendered?.kind !== 'value') return []
  const all: readonly Value[] = Array.isArray(rendered.value) ? rendered.value : [rendered.value]
  return all.flatMap((one) => {
    const address = String(one).split('/')[0] ?? ''
    return ipaddr.isValid(address) && /[.:]/.test(address) ? [address] : []
  })
}

/** What the variable `rip` of a host says; undefined where nobody set it. */
export const writtenAddresses = (scope: Scope): readonly string[] | undefined => {
  const rip = variable(scope, 'rip')
  return rip?.kind === 'value' ? (Array.isArray(rip.value) ? rip.value : [rip.value]).map(String) : undefined
}

/** The variable `rip`, else the one address of the host's nic in this family that is none of its VIPs, nor `vip`. */
export const serverAddresses = (
  { family, vip }: { readonly family: 4 | 6; readonly vip?: string },
  walk: WalkState,
  engine: Engine,
): ServerAddresses => {
  const { name } = walk.host
  const scope = engine.schedule.scope(walk.play, name, { facts: walk.facts, results: walk.host.results })
  const written = writtenAddresses(scope)
  if (written !== undefined) return { addresses: written }
  const nic = variable(scope, 'nic')
  if (nic?.kind !== 'value')
    return {
      problem: `the address under which directors list ${name} is not known: ${walk.nicProblem?.summary ?? 'no nic'}`,
    }
  const facts = bookOf(walk, { identity: engine.identityOf(name, walk.play) }).under(new Map())
  const vips = [...vipsOf(walk, engine), ...(vip === undefined ? [] : [vip])]
  const own = facts
    .of(addresses(String(nic.value)))
    .filter((held) => held.family === family && held.scope === 'global' && !vips.includes(held.address))
    .map(({ address }) => address)
  return own.length === 1
    ? { addresses: own }
    : {
        problem: `the address under which directors list ${name} is not known: ${String(nic.value)} has ${own.length === 0 ? 'none' : own.join(', ')}`,
      }
}
