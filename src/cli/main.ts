import { Command, CommanderError, Help, type Option } from 'commander'
import { inOurSpelling } from './ansible-options.ts'
import { completeCommand, completionCommand } from './completion.ts'
import { docCommand, schemaCommand } from './doc.ts'
import { initCommand } from './init.ts'
import { inventoryCommand } from './inventory.ts'
import { lintCommand } from './lint.ts'
import { inOurWords } from './option-errors.ts'
import { pingCommand } from './ping.ts'
import { runCommand } from './run.ts'
import { trustCommand } from './trust.ts'

/** Commands of the settled surface that this version does not have yet; each is told by name. */
const later: Readonly<Record<string, string>> = {
  audit: 'read-only DR audit of the fleet',
  drain: 'take real servers out of rotation',
  readmit: 'put real servers back into rotation',
  status: 'what directors and real servers hold',
  runs: 'the journal of runs',
  rollback: 'undo a run',
}

const examples = `
Examples:
  $ ipvs-play init my-fleet                       a starter project
  $ ipvs-play lab up                              an embedded fleet to try things on
  $ ipvs-play ping all                            who can be reached, and lacks what
  $ ipvs-play run site.yml --check -D             what would change, and how
  $ ipvs-play run site.yml                        do it
  $ ipvs-play run site.yml -l rs3                 on one host only
  $ ipvs-play run --help                          all options of run

Exit codes:
  0 all as wished     1 internal error         2 a task failed        3 changes pending (--check --detailed-exitcode)
  4 unreachable hosts 5 bad option or playbook 6 rollout halted       7 a host is locked by another run
  130 interrupted`

/** That a list is empty at first tells nobody anything. */
function withoutEmptyDefault(this: Help, option: Option): string {
  return Help.prototype.optionDescription.call(this, option).replace(/ \(default: (\[\]|0)\)/, '')
}

const program = async (argv: readonly string[]): Promise<Command> => {
  const root = new Command('ipvs-play')
    .description('Playbooks for Linux IPVS Direct-Routing fleets: idempotent, in parallel, over SSH')
    .version(process.env.IPVS_PLAY_VERSION ?? 'unbuilt', '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError(true)
    .addHelpText('after', examples)
    .enablePositionalOptions()
    .addCommand(runCommand())
    .addCommand(lintCommand())
    .addCommand(inventoryCommand())
    .addCommand(pingCommand())
    .addCommand(trustCommand())
    .addCommand(docCommand())
    .addCommand(schemaCommand())
    .addCommand(initCommand())
  // The lab is only loaded where it is asked for: it costs every other command nothing.
  const asked = argv.slice(2)
  if (asked[0] === 'lab' || asked[0] === '__complete') root.addCommand((await import('./lab.ts')).labCommand())
  else
    root.command('lab').description('an embedded fleet: hosts made of Linux namespaces, each with its own SSH server')
  root.addCommand(completionCommand())
  root.addCommand(completeCommand(root), { hidden: true })
  for (const [name, summary] of Object.entries(later)) {
    root
      .command(name, { hidden: true })
      .allowUnknownOption()
      .argument('[arguments...]')
      .description(`${summary} (not in this version)`)
      .action(() => {
        process.stderr.write(`error: \`ipvs-play ${name}\` (${summary}) is not in this version yet\n`)
        process.exitCode = 5
      })
  }
  for (const command of [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)])
    command
      .exitOverride()
      .configureHelp({ optionDescription: withoutEmptyDefault })
      .configureOutput({ outputError: (text, write) => write(inOurWords(text, command)) })
  return root
}

/** A reader that has seen enough, as in `| head`, is no failure of ours. */
const passOverClosed = (cause: NodeJS.ErrnoException): void => {
  if (cause.code !== 'EPIPE') throw cause
}

const main = async (): Promise<void> => {
  process.stdout.on('error', passOverClosed)
  process.stderr.on('error', passOverClosed)
  try {
    const argv = inOurSpelling(process.argv)
    await (await program(argv)).parseAsync(argv)
  } catch (cause) {
    if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? 0 : 5
    else {
      process.stderr.write(
        `internal error: ${cause instanceof Error ? cause.stack : String(cause)}\nThis is a bug in ipvs-play ${process.env.IPVS_PLAY_VERSION}: please report it with the lines above.\n`,
      )
      process.exitCode = 1
    }
  }
}

void main()
