import { createSessions } from '../engine/session.ts'
import type { Target } from '../model/connection.ts'
import { pingExitCode, pingHosts } from '../rollout/ping.ts'
import { createTransport } from '../transport/transports.ts'
import { interruptible } from './interruptible.ts'
import { openKeys } from './open-keys.ts'
import { askPasswords } from './password.ts'
import type { PingOptions } from './ping.ts'
import { openPingSink } from './ping-sink.ts'
import { printProblems } from './problems.ts'
import { reachPattern } from './reach-pattern.ts'
import { storiesOnStderr } from './stories.ts'
import { readKeyring } from './vault.ts'

/** Pings all hosts of a pattern and prints what came of it. Sets the exit code. */
export const ping = async (pattern: string, options: PingOptions): Promise<void> => {
  const keyring = await readKeyring(options)
  const passwords = await askPasswords(options)
  const { hosts, inventory, reach, problems } = await reachPattern(pattern, options, { keyring, passwords })
  await printProblems(problems)
  const keys = await openKeys(reach.targets.values(), options, keyring)
  const begun = performance.now()
  const sink = openPingSink(options, hosts.length, keyring.hidden)
  const { abort, stopListening } = interruptible()
  const stories = storiesOnStderr({ verbose: options.verbose, hidden: keyring.hidden })
  const transport = createTransport({
    connectLimit: options.connectLimit,
    keys,
    stories,
    notice: (text) => process.stderr.write(`notice: ${text}\n`),
  })
  const targetOf = (host: string): Target => {
    const target = reach.targets.get(host)
    if (target === undefined) throw new Error(`no target for ${host}`)
    return target
  }
  const sessions = createSessions((host) => transport.open(targetOf(host), abort.signal))
  const asked = hosts.map((host) => ({
    target: targetOf(host),
    identity: reach.identityOf(host),
    groups: inventory.hosts.get(host)?.groups ?? [],
  }))
  try {
    const all = await pingHosts(asked, { sessions, forks: options.forks, onPinged: sink.one })
    const exit = abort.signal.aborted ? 130 : pingExitCode(all)
    sink.finish(all, { exit, seconds: (performance.now() - begun) / 1000 })
    process.exitCode = exit
  } finally {
    sessions.close()
    stopListening()
  }
}
