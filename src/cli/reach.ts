import { accessSync, constants } from 'node:fs'
import type { Identity, Target } from '../model/connection.ts'
import type { Diagnostic, Scope, Value } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Switches, Task } from '../model/schedule.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { nothingLearned } from '../schedule/scope.ts'
import { settleTemplates } from '../schedule/settle.ts'
import { variable } from '../schedule/variable.ts'
import { Secret } from '../secret.ts'
import { CONNECTION_VARS, type ConnectionVars } from '../transport/connection-vars.ts'
import { thisMachine } from '../transport/machine.ts'
import { readSshConfig } from '../transport/ssh-config.ts'
import { createTargetResolver } from '../transport/target.ts'
import { createAlike, placed } from './alike.ts'
import { type Become, readBecome } from './become-vars.ts'
import type { BecomeOptions, ConnectionOptions } from './connection-options.ts'
import { namedHosts } from './named-hosts.ts'
import type { Passwords } from './password.ts'
import { playConnections } from './play-connections.ts'

/** How every host of a run is reached, and who acts there. */
export interface Reach {
  readonly targets: ReadonlyMap<string, Target>
  identityOf(host: string, play?: Play, task?: Task): Identity
  /** Passwords that no sink may show. */
  readonly secrets: readonly string[]
  readonly problems: readonly Diagnostic[]
}

/** The hosts of all plays. */
export const hostsOf = (schedule: Schedule): readonly string[] => [
  ...new Set(schedule.playbooks.flatMap(({ plays }) => plays.flatMap(({ hosts }) => hosts))),
]

/** Those that a run may connect to: directors are asked before a VIP is taken away, servers before they are sent to. */
export const reachedIn = (schedule: Schedule, inventory: Inventory): readonly string[] => {
  const named = namedHosts(
    schedule.playbooks.flatMap(({ plays }) => plays),
    inventory,
  )
  const directors = inventory.groups.get('director') ?? []
  return [...new Set([...hostsOf(schedule), ...directors, ...schedule.delegates, ...named])]
}

type ReachOptions = Pick<
  ConnectionOptions & BecomeOptions,
  | 'user'
  | 'become'
  | 'becomeUser'
  | 'becomeMethod'
  | 'connection'
  | 'sshCommonArgs'
  | 'sshExtraArgs'
  | 'privateKey'
  | 'sshConfig'
  | 'hostKey'
  | 'timeout'
>

/**
 * Merges inventory, ssh config and options for these hosts. Two of one address, port and user would race: an error.
 * @param lint  what a vault or a script keeps is unknown, and no mistake
 */
export const resolveReach = async (
  hosts: readonly string[],
  schedule: Pick<Schedule, 'hostScope' | 'playbooks' | 'scope'>,
  options: ReachOptions,
  passwords: Passwords,
  lint = false,
): Promise<Reach> => {
  const machine = thisMachine()
  const config = readSshConfig({
    ...(options.sshConfig !== undefined && { path: options.sshConfig }),
    home: machine.home,
    user: machine.user,
    mayRun: !lint,
  })
  const resolveTarget = createTargetResolver(options, config, machine)
  const problems: Diagnostic[] = [...config.problems, ...unreadable(options.privateKey)]
  const targets = new Map<string, Target>()
  const becomes = new Map<string, Become>()
  const scopeOf = (play: Play, host: string): Scope => schedule.scope(play, host, nothingLearned)
  const said = playConnections(
    schedule.playbooks.flatMap(({ plays }) => plays),
    { scopeOf, lint },
  )
  const asked = askedFor(options)
  const alike = createAlike()
  for (const host of hosts) {
    const found: Diagnostic[] = []
    const scope = schedule.hostScope(host)
    const read = reader(host, scope, lint, found)
    const own = Object.fromEntries(CONNECTION_VARS.flatMap((name) => known(name, read(name)))) as ConnectionVars
    const { value, problems: ofTarget } = resolveTarget(host, { ...asked, ...said.of(host, own) })
    const login = secretOf(read('ansible_password') ?? read('ansible_ssh_pass') ?? read('ansible_ssh_password'))
    const loginPassword = login ?? secretOf(passwords.login)
    targets.set(host, loginPassword === undefined ? value : { ...value, password: loginPassword })
    becomes.set(host, readBecome(host, read, found))
    for (const problem of [...found, ...ofTarget]) alike.add(host, placed(problem, scope))
  }
  problems.push(...said.problems(), ...alike.problems(), ...twice(targets, schedule.hostScope))
  const global = secretOf(passwords.become)
  const identities = new Map<string, Identity>()
  const identityOf = (host: string, play?: Play, task?: Task): Identity => {
    const own = becomes.get(host)
    const ofPlay = play && (play.templates === undefined ? play : whoActs(play, scopeOf(play, host)))
    const become = own?.become ?? task?.become ?? ofPlay?.become ?? options.become ?? false
    const becomeUser = own?.user ?? task?.becomeUser ?? ofPlay?.becomeUser ?? options.becomeUser ?? 'root'
    const becomeMethod = own?.method ?? task?.becomeMethod ?? ofPlay?.becomeMethod ?? options.becomeMethod ?? 'sudo'
    const key = `${host} ${become} ${becomeMethod} ${becomeUser}`
    const cached = identities.get(key)
    if (cached !== undefined) return cached
    const becomePassword = own?.password ?? global
    const identity = { become, becomeUser, becomeMethod, ...(becomePassword === undefined ? {} : { becomePassword }) }
    identities.set(key, identity)
    return identity
  }
  const own = [...targets.values(), ...becomes.values()].map(({ password }) => password?.reveal())
  const secrets = [passwords.login, passwords.become, ...own].filter((one) => one !== undefined && one !== '')
  return { targets, identityOf, secrets: [...new Set(secrets as string[])], problems }
}

/** What the command line says of every host, below inventory and plays. */
const askedFor = ({ connection, sshCommonArgs, sshExtraArgs }: ReachOptions): ConnectionVars => ({
  ...(connection !== undefined && { ansible_connection: connection }),
  ...(sshCommonArgs !== undefined && { ansible_ssh_common_args: sshCommonArgs }),
  ...(sshExtraArgs !== undefined && { ansible_ssh_extra_args: sshExtraArgs }),
})

/** Templates that wait or are wrong are told by the tasks that they hold for. */
const whoActs = (play: Play, scope: Scope): Switches => {
  const settled = settleTemplates(play.templates ?? {}, scope)
  return { ...play, ...(settled.kind === 'settled' ? settled.value : {}) }
}

const UNREADABLE = 'is the path right, and may you read the file?'

/** A key that is named on the command line and is not there is a mistake, not a failure of every host. */
const unreadable = (key: string | undefined): Diagnostic[] => {
  if (key === undefined) return []
  try {
    accessSync(key, constants.R_OK)
    return []
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    return [{ severity: 'error', summary: `--private-key ${key} cannot be read (${code})`, hint: UNREADABLE }]
  }
}

type Reader = (name: string) => Value | undefined

const reader =
  (host: string, scope: Scope, lint: boolean, problems: Diagnostic[]): Reader =>
  (name) => {
    const rendered = variable(scope, name)
    if (rendered === undefined || (lint && rendered.kind === 'waits')) return undefined
    if (rendered.kind === 'value') return rendered.value
    problems.push(
      rendered.kind === 'problem'
        ? rendered.problem
        : {
            severity: 'error',
            summary: `${host}: ${name} depends on ${rendered.on}, which is not known before the host is reached`,
            hint: `write ${name} so that it needs the inventory alone`,
          },
    )
    return undefined
  }

const known = (name: string, value: Value | undefined): [string, Value][] =>
  value === undefined ? [] : [[name, value]]

/** The same address behind another jump host is another machine. */
const wayTo = ({ address, port, user, via }: Target): string => {
  const way = via.kind === 'jump' ? ` by ${wayTo(via.target)}` : via.kind === 'command' ? ` by ${via.command}` : ''
  return `${user}@${address}:${port}${way}`
}

const secretOf = (value: Value | undefined): Secret | undefined =>
  value === undefined || value === null || value === '' ? undefined : new Secret(String(value))

/** Names that stand for one machine, at the address of the later one. Several may well mean this one. */
export const twice = (targets: ReadonlyMap<string, Target>, scopeOf: (host: string) => Scope): Diagnostic[] => {
  const seen = new Map<string, string>()
  const problems: Diagnostic[] = []
  for (const [host, target] of targets) {
    if (target.wants === 'local') continue
    const key = wayTo(target)
    const other = seen.get(key)
    if (other === undefined) seen.set(key, host)
    else {
      const summary = `${other} and ${host} are the same machine: both are ${key}`
      const hint = 'give each its own ansible_host or ansible_port, or leave one out with --limit'
      // One of them may be known by its name alone.
      problems.push(placed(placed({ severity: 'error', summary, hint }, scopeOf(host)), scopeOf(other)))
    }
  }
  return problems
}
