import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Keyring } from '../documents/keyring.ts'
import { carryOut } from '../engine/carry-out.ts'
import { type Ask, createHalt, type Engine, type Halt } from '../engine/engine.ts'
import { foretell } from '../engine/foretell.ts'
import { createNeighbours } from '../engine/neighbours.ts'
import { createRotation } from '../engine/rotation.ts'
import { createSessions } from '../engine/session.ts'
import { createHosts } from '../engine/walk-state.ts'
import type { Diagnostic } from '../model/document.ts'
import type { Happening, Reporter, RunEvent } from '../model/event.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Task } from '../model/schedule.ts'
import { createRedactor, secretIn } from '../reporters/redact.ts'
import { createTally, exitCode, type Tally } from '../reporters/tally.ts'
import { runPlays } from '../rollout/run.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { KeyStore } from '../transport/keys.ts'
import { userName } from '../transport/machine.ts'
import { createTransport } from '../transport/transports.ts'
import { createAsk } from './ask.ts'
import { cleanJournal } from './clean-journal.ts'
import { listHosts, listTags, listTasks } from './list.ts'
import { openKeys } from './open-keys.ts'
import { askPasswords } from './password.ts'
import { type Prepared, prepare } from './prepare.ts'
import { hasErrors, printProblems, Refused, refuse, withoutSecrets, withoutSecretsIn } from './problems.ts'
import { hostsOf, type Reach, reachedIn, resolveReach } from './reach.ts'
import { limitTo, readRerun } from './rerun.ts'
import { resumeCommand } from './resume.ts'
import { createRunFiles, JournalLost, type RunFiles } from './run-files.ts'
import { isCheck, type RunOptions } from './run-options.ts'
import { onSignals } from './signals.ts'
import { openSinks, refuseUnwritable } from './sinks.ts'
import { storiesInFolder } from './stories.ts'
import { readKeyring } from './vault.ts'

/** Seconds to wait for a host that another run has locked. */
const lockWait = 30

/** `ipvs-play run`: everything is read and checked, then hosts are contacted. Sets the exit code. */
export const run = async (playbooks: readonly string[], options: RunOptions): Promise<void> => {
  const keyring = await readKeyring(options)
  try {
    await prepareAndStart(playbooks, options, keyring)
  } catch (cause) {
    throw withoutSecretsIn(cause, keyring.hidden)
  }
}

const prepareAndStart = async (playbooks: readonly string[], options: RunOptions, keyring: Keyring): Promise<void> => {
  const { inventory, schedule, problems } = await prepareRun(playbooks, options, keyring)
  if (schedule === undefined || hasErrors(problems)) throw new Refused(problems)
  const list = listAsked(options)
  if (list !== undefined) {
    await printProblems(problems)
    process.stdout.write(list(schedule))
    return
  }
  refuseUnwritable(options)
  const hosts = hostsOf(schedule)
  const passwords = await askPasswords(options)
  const reach = await resolveReach(reachedIn(schedule, inventory), schedule, options, passwords)
  const all = [...problems, ...withoutSecrets(reach.problems, keyring.hidden)]
  if (hasErrors(all)) throw new Refused(all)
  await printProblems(all)
  for (const secret of reach.secrets) keyring.hide(secret)
  const keys = await openKeys(reach.targets.values(), options, keyring)
  await start({ playbooks, options, inventory, schedule, reach, hosts, keyring, keys })
}

const prepareRun = async (playbooks: readonly string[], options: RunOptions, keyring: Keyring): Promise<Prepared> => {
  const rerun = options.rerun === undefined ? undefined : readRerun(options.rerun)
  const prepared = await prepare({
    playbooks,
    ...options,
    keyring,
    ...(rerun !== undefined && { limit: limitTo(rerun.hosts, options.limit) }),
    check: isCheck(options),
    allowEmpty: options.allowEmpty === true,
  })
  if (rerun === undefined || rerun.playbook === playbooks.join(' ')) return prepared
  const other: Diagnostic = {
    severity: 'warning',
    summary: `the last run, ${rerun.run}, was of ${rerun.playbook}`,
    hint: 'its hosts are taken all the same',
  }
  return { ...prepared, problems: [other, ...prepared.problems] }
}

const listAsked = (options: RunOptions): ((schedule: Schedule) => string) | undefined => {
  if (options.listHosts) return listHosts
  if (options.listTasks) return listTasks
  return options.listTags ? listTags : undefined
}

const tasksOf = (schedule: Schedule): readonly Task[] =>
  schedule.playbooks.flatMap(({ plays }) => plays.flatMap(({ tasks, handlers }) => [...tasks, ...handlers]))

interface Start {
  readonly playbooks: readonly string[]
  readonly options: RunOptions
  readonly inventory: Inventory
  readonly schedule: Schedule
  readonly reach: Reach
  readonly hosts: readonly string[]
  /** What no sink may show; vaults that are opened later add to it. */
  readonly keyring: Keyring
  readonly keys: KeyStore
}

const start = async ({
  playbooks,
  options,
  inventory,
  schedule,
  reach,
  hosts,
  keyring,
  keys,
}: Start): Promise<void> => {
  const begun = performance.now()
  const files = openFiles()
  const tally = createTally()
  const sinks = await openSinks(options, files)
  const emit = emitter(tally, sinks, createRedactor(keyring.hidden))
  const halt = createHalt()
  // An interruption lets nobody new be reached; what is in flight may still be picked up after a loss.
  const abort = new AbortController()
  const quit = new AbortController()
  const stopListening = onSignals(halt, abort, emit, files.flush)
  const hide = (texts: readonly string[]) => texts.forEach(keyring.hide)
  const engine = assemble({
    options,
    inventory,
    schedule,
    reach,
    files,
    halt,
    abort,
    quit,
    emit,
    keyring,
    keys,
    hide,
    ask: createAsk(sinks, keyring.hidden),
  })
  const check = isCheck(options)
  const carriedOut = check ? tasksOf(schedule).filter(({ checkMode }) => checkMode === false).length : 0
  emit({
    type: 'run-started',
    run: files.run,
    playbook: playbooks.join(' '),
    check,
    ...(carriedOut > 0 && { carried_out: carriedOut }),
    hosts,
  })
  try {
    const plays = schedule.playbooks.flatMap((playbook) => playbook.plays)
    const { left } = await runPlays(plays, engine, options.forks)
    const reasons = tally.reasons({ detailed: options.detailedExitcode === true && isCheck(options) })
    const resume =
      left.length === 0 || isCheck(options) ? undefined : resumeCommand(process.argv.slice(2), left, files.left)
    emit({
      type: 'run-finished',
      exit: exitCode(reasons),
      reasons,
      seconds: (performance.now() - begun) / 1000,
      recap: tally.recap(),
      ...(resume === undefined ? {} : { resume }),
    })
    process.exitCode = exitCode(reasons)
  } catch (cause) {
    if (!(cause instanceof JournalLost)) throw cause
    process.stderr.write(`error: ${cause.message}\nhelp: make room there, then run again: what was done is kept\n`)
    process.exitCode = 1
  } finally {
    // Where something of ours failed, nobody may connect any more either.
    abort.abort()
    quit.abort()
    engine.sessions.close()
    stopListening()
    for (const sink of sinks) await sink.finish?.()
    if (options.verbose >= 3) process.stderr.write(`how each host was reached: ${join(files.folder, 'ssh')}/\n`)
    files.flush()
  }
}

const openFiles = (): RunFiles => {
  try {
    return createRunFiles(new Date())
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    return refuse(
      `the journal of this run cannot be written: ${path} (${code})`,
      'make room there, or set XDG_STATE_HOME',
    )
  }
}

/** The exit code is told by what happened; readers get it without secrets. */
const emitter =
  (tally: Pick<Tally, 'see'>, sinks: readonly Reporter[], redact: (event: RunEvent) => RunEvent) =>
  (happening: Happening): void => {
    const event: RunEvent = { v: 1, at: new Date().toISOString(), ...happening }
    tally.see(event)
    const shown = redact(event)
    for (const sink of sinks) sink.report(shown)
  }

interface Parts {
  readonly options: RunOptions
  readonly inventory: Inventory
  readonly schedule: Schedule
  readonly reach: Reach
  readonly files: RunFiles
  readonly halt: Halt
  readonly abort: AbortController
  readonly quit: AbortController
  readonly emit: (happening: Happening) => void
  readonly keyring: Keyring
  readonly keys: KeyStore
  readonly hide: (texts: readonly string[]) => void
  readonly ask: Ask
}

/** The composition root: here it is decided how hosts are reached and whether a plan is carried out or foretold. */
const assemble = ({
  options,
  inventory,
  schedule,
  reach,
  files,
  halt,
  abort,
  quit,
  emit,
  keyring,
  keys,
  hide,
  ask,
}: Parts): Engine => {
  const stories = storiesInFolder(join(files.folder, 'ssh'), { verbose: options.verbose, hidden: keyring.hidden })
  const transport = createTransport({
    connectLimit: options.connectLimit,
    keys,
    stories,
    notice: (text) => emit({ type: 'notice', text }),
  })
  const sessions = createSessions((host, time) => {
    const target = reach.targets.get(host)
    if (target === undefined) throw new Error(`no target for ${host}`)
    return transport.open(target, (time === 'first' ? abort : quit).signal)
  })
  const rotation = createRotation({
    directors: inventory.groups.get('director') ?? [],
    sessions,
    identityOf: reach.identityOf,
    force: options.forceRemove === true,
  })
  return {
    schedule,
    inventory,
    sessions,
    rotation,
    neighbours: createNeighbours(),
    hosts: createHosts(inventory),
    interpreter: isCheck(options) ? foretell : carryOut,
    modes: { run: carryOut, check: foretell },
    emit,
    ask,
    journal: cleanJournal(keyring.hidden, files.journal),
    hide,
    tellsSecret: secretIn(keyring.hidden),
    identityOf: reach.identityOf,
    run: {
      id: files.run,
      owner: `${userName()}@${hostname()}, run ${files.run}`,
      lockWait,
      verbosity: options.verbose,
      ...(options.taskTimeout === undefined ? {} : { taskTimeout: options.taskTimeout }),
      halt,
    },
  }
}
