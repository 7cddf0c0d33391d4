import type { Keyring } from '../documents/keyring.ts'
import { selectHosts } from '../inventory/patterns.ts'
import type { Diagnostic } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { BecomeOptions, ConnectionOptions } from './connection-options.ts'
import type { Passwords } from './password.ts'
import { prepare } from './prepare.ts'
import { hasErrors, Refused, withoutSecrets } from './problems.ts'
import { type Reach, resolveReach } from './reach.ts'

/** Hosts that a command is given by a pattern alone, without a playbook. */
export interface Reached {
  readonly inventory: Inventory
  readonly hosts: readonly string[]
  readonly reach: Reach
  /** Warnings. */
  readonly problems: readonly Diagnostic[]
}

/** Throws Refused for every mistake that can be found before a host is contacted. */
export const reachPattern = async (
  pattern: string,
  options: ConnectionOptions & BecomeOptions & { readonly allowEmpty?: boolean },
  { keyring, passwords }: { readonly keyring: Keyring; readonly passwords: Passwords },
): Promise<Reached> => {
  const { inventory, schedule, problems } = await prepare({
    playbooks: [],
    inventory: options.inventory,
    extraVars: options.extraVars,
    tags: [],
    skipTags: [],
    check: true,
    allowEmpty: true,
    keyring,
  })
  if (schedule === undefined || hasErrors(problems)) throw new Refused(problems)
  const selected = selectHosts(pattern, inventory)
  const limit = options.limit === undefined ? undefined : selectHosts(options.limit, inventory)
  const hosts = limit === undefined ? selected.value : selected.value.filter((host) => limit.value.includes(host))
  const ofPatterns = [...selected.problems, ...(limit?.problems ?? [])]
  if (hosts.length === 0 && !hasErrors(ofPatterns) && options.allowEmpty !== true)
    ofPatterns.push({
      severity: 'error',
      summary: `${pattern}${options.limit === undefined ? '' : ` within --limit ${options.limit}`} leaves no host`,
      hint: 'look at `ipvs-play inventory --graph`, or give --allow-empty if that is meant',
    })
  if (hasErrors(ofPatterns)) throw new Refused([...problems, ...ofPatterns])
  const reach = await resolveReach(hosts, schedule, options, passwords)
  const all = [...problems, ...ofPatterns, ...withoutSecrets(reach.problems, keyring.hidden)]
  if (hasErrors(all)) throw new Refused(all)
  for (const secret of reach.secrets) keyring.hide(secret)
  return { inventory, hosts, reach, problems: all }
}
