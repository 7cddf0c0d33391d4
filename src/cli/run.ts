import { Command, Option } from 'commander'
import { becomeOptions, connectionOptions, inventoryOptions, verboseOption } from './connection-options.ts'
import { seconds, words } from './option-values.ts'
import { refuse, refusing } from './problems.ts'
import type { RunOptions } from './run-options.ts'
import { vaultOptions } from './vault-options.ts'

const examples = `
Examples:
  $ ipvs-play run site.yml --check -D               what would change, value by value; nothing is written
  $ ipvs-play run site.yml                          do it, on every host of its plays
  $ ipvs-play run site.yml -l 'realserver:!rs3'     on all real servers but rs3
  $ ipvs-play run site.yml -u ops -b -K             log in as ops, become root, ask for sudo's password
  $ ipvs-play run site.yml -C --detailed-exitcode   for CI: exit 3 when something would change
  $ ipvs-play run site.yml --output ndjson | jq -c  every event as a JSON line

Exit codes: 0 as wished, 2 a task failed, 3 changes pending, 4 hosts unreachable, 5 bad option, playbook or inventory,
6 rollout halted with hosts left, 7 a host is locked by another run, 130 interrupted, 1 internal error.`

/** Run playbooks. */
export const runCommand = (): Command =>
  verboseOption(
    vaultOptions(becomeOptions(connectionOptions(inventoryOptions(new Command('run'))))),
    'tell more (repeatable): what is ok, what tasks print; -vvv: how each host was reached, to files',
  )
    .description('run playbooks')
    .argument('<playbook...>', 'playbooks; `site.yml` is looked up as given, then under playbooks/')
    .option('-t, --tags <tags>', 'only tasks with these tags', words, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', words, [])
    .option('-C, --check', 'foretell what a run would do; nothing is written on any host')
    .option('--dry-run', 'the same as --check')
    .option('-D, --diff', 'show every difference, before and after')
    .option('--task-timeout <seconds>', 'for each step on a host (default 60, commands 300)', seconds)
    .option('--list-hosts', 'print the hosts of each play; contact none')
    .option('--list-tasks', 'print the tasks of each play, by the rounds that are known without a host; contact none')
    .option('--list-tags', 'print the tags of each play; contact none')
    .option('--syntax-check', 'the same as `ipvs-play lint`: look for mistakes; contact no host')
    .addOption(new Option('--flush-cache', 'of Ansible: nothing is kept between runs').hideHelp())
    .addOption(new Option('--force-handlers', 'of Ansible: handlers of proven changes always run').hideHelp())
    .option('--start-at-task <name>', 'leave out the tasks before this one')
    .option('--rerun <which>', 'only hosts of the last run: `failed`, or `unreachable`')
    .option('--detailed-exitcode', 'with --check: exit 3 when something would change or is unknown')
    .option('--allow-empty', 'a pattern or limit that leaves no host is no mistake')
    .option('--force-remove', 'remove a VIP although a director cannot be asked whether it is still in use')
    .addOption(
      new Option('--output <kind>', 'what to print')
        .choices(['auto', 'live', 'plain', 'ndjson', 'json'])
        .default('auto'),
    )
    .option('--junit <file>', 'write a JUnit report')
    .option('--no-color', 'no colour')
    .addHelpText('after', examples)
    .action((playbooks: string[], options: RunOptions) =>
      refusing(async () => {
        if (options.syntaxCheck) return (await import('./lint.ts')).lint(playbooks, { ...options, output: 'text' })
        refuseListAsEvents(options)
        const { run } = await import('./run-playbooks.ts')
        await run(playbooks, options)
      }),
    )

/** Lists are text for people: whoever reads events from stdout must not find one there. */
const refuseListAsEvents = ({ listHosts, listTasks, listTags, output }: RunOptions): void => {
  const list = listHosts ? '--list-hosts' : listTasks ? '--list-tasks' : listTags ? '--list-tags' : undefined
  if (list === undefined || (output !== 'ndjson' && output !== 'json')) return
  refuse(
    `${list} prints text, no events: it does not go with --output ${output}`,
    `leave --output ${output} out${listHosts ? '; hosts as JSON: ipvs-play inventory --list' : ''}`,
  )
}
