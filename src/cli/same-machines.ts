import type { Target } from '../model/connection.ts'
import type { Diagnostic } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { createScopes } from '../schedule/scope.ts'
import { variable } from '../schedule/variable.ts'
import { CONNECTION_VARS, type ConnectionVars } from '../transport/connection-vars.ts'
import { thisMachine } from '../transport/machine.ts'
import { NO_SSH_CONFIG } from '../transport/ssh-config.ts'
import { createTargetResolver } from '../transport/target.ts'
import { twice } from './reach.ts'

/**
 * Names of an inventory that stand for one address, port and user: a run refuses them, to look at them is no mistake.
 * What the inventory alone says is compared; a host that cannot be reached as it is written is left out.
 */
export const warnOfSameMachines = async (inventory: Inventory): Promise<readonly Diagnostic[]> => {
  const locate = (_: unknown, name: string) => ({ missing: name, hint: 'there is no playbook' })
  const { hostScope } = createScopes({
    inventory,
    playbooks: [],
    extra: new Map(),
    check: true,
    locate,
    lookups: () => undefined,
    sealed: false,
  })
  const resolveTarget = createTargetResolver({}, NO_SSH_CONFIG, thisMachine())
  const targets = new Map<string, Target>()
  for (const host of inventory.hosts.keys()) {
    const scope = hostScope(host)
    const read = CONNECTION_VARS.map((name) => [name, variable(scope, name)] as const)
    const known = read.flatMap(([name, found]) => (found?.kind === 'value' ? [[name, found.value]] : []))
    const { value, problems } = resolveTarget(host, Object.fromEntries(known) as ConnectionVars)
    const unclear = read.some(([, found]) => found !== undefined && found.kind !== 'value')
    if (!unclear && problems.length === 0) targets.set(host, value)
  }
  return twice(targets, hostScope).map((problem) => ({ ...problem, severity: 'warning' }))
}
