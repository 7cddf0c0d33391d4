import { Command } from 'commander'
import { collect } from './option-values.ts'
import { hasErrors, printProblems, Refused, refuse, refusing } from './problems.ts'

interface Options {
  readonly inventory: readonly string[]
  readonly list?: boolean
  readonly graph?: boolean
  readonly host?: string
}

const examples = `
Examples:
  $ ipvs-play inventory --graph
  $ ipvs-play inventory --host rs1
  $ ipvs-play inventory -i inventory --list`

/** What the inventory resolves to. */
export const inventoryCommand = (): Command =>
  new Command('inventory')
    .description('what the inventory resolves to')
    .option('-i, --inventory <path>', 'inventory file or directory (repeatable; default inventory/)', collect, [])
    .option('--list', "all of it, as Ansible's dynamic inventory JSON")
    .option('--graph', 'groups and hosts as a tree')
    .option('--host <name>', 'the variables of one host')
    .addHelpText('after', examples)
    .action((options: Options) => refusing(() => show(options)))

const show = async ({ inventory: paths, list, graph: tree, host }: Options): Promise<void> => {
  if (!list && !tree && host === undefined) refuse('nothing to show', 'give --list, --graph or --host NAME')
  const { readInventory } = await import('../inventory/read.ts')
  const { warnOfSameMachines } = await import('./same-machines.ts')
  const { graph, hostJson, listJson } = await import('../inventory/show.ts')
  const { value, problems } = await readInventory(paths.length > 0 ? paths : ['inventory'], { playbookDirectories: [] })
  if (hasErrors(problems)) throw new Refused(problems)
  await printProblems([...problems, ...(await warnOfSameMachines(value))])
  if (host !== undefined && !value.hosts.has(host))
    refuse(`no host ${host} in the inventory`, 'see `ipvs-play inventory --graph`')
  const text = host !== undefined ? hostJson(value, host) : tree ? graph(value) : listJson(value)
  process.stdout.write(`${(text ?? '').trimEnd()}\n`)
}
