import { Command, Option } from 'commander'
import { collect, increase } from './option-values.ts'
import { hasErrors, printProblems, Refused, refuse, refusing } from './problems.ts'
import { type VaultOptions, vaultOptions } from './vault-options.ts'

interface Options extends VaultOptions {
  readonly inventory: readonly string[]
  readonly list?: boolean
  readonly graph?: boolean
  readonly host?: string
  readonly yaml?: boolean
  readonly vars?: boolean
  readonly limit?: string
  readonly playbookDir?: string
}

const examples = `
Examples:
  $ ipvs-play inventory --graph
  $ ipvs-play inventory --graph realserver --vars
  $ ipvs-play inventory --host rs1
  $ ipvs-play inventory -i inventory --list --limit 'realserver:!rs1'
  $ ipvs-play inventory --yaml`

/** What the inventory resolves to. */
export const inventoryCommand = (): Command =>
  vaultOptions(new Command('inventory'))
    .description('what the inventory resolves to')
    .argument('[group]', 'where --graph begins', 'all')
    .option(
      '-i, --inventory <path>',
      'inventory file, script or directory (repeatable; default inventory/)',
      collect,
      [],
    )
    .option('--list', "all of it, as Ansible's dynamic inventory JSON")
    .option('--graph', 'groups and hosts as a tree')
    .option('--host <name>', 'the variables of one host')
    .option('-y, --yaml', 'YAML instead of JSON; alone, the same as with --list')
    .option('--vars', 'variables in the tree too')
    .option('-l, --limit <pattern>', 'only these hosts in --list')
    .addOption(new Option('--flush-cache', 'of Ansible: nothing is kept between runs').hideHelp())
    .addOption(new Option('-v, --verbose', 'of Ansible: there is no more to tell').argParser(increase).hideHelp())
    .option('--playbook-dir <dir>', 'group_vars/ and host_vars/ of a playbook there too')
    .addHelpText('after', examples)
    .action((group: string, options: Options) => refusing(() => show(group, options)))

const show = async (group: string, options: Options): Promise<void> => {
  checkActions(options)
  const { readInventory } = await import('../inventory/read.ts')
  const { warnOfSameMachines } = await import('./same-machines.ts')
  const paths = options.inventory.length > 0 ? options.inventory : ['inventory']
  const playbookDirectories = options.playbookDir === undefined ? [] : [options.playbookDir]
  const { readKeyring } = await import('./vault.ts')
  const keyring = await readKeyring(options)
  const { value, problems } = await readInventory(paths, { playbookDirectories, keyring })
  if (hasErrors(problems)) throw new Refused(problems)
  await printProblems([...problems, ...(await warnOfSameMachines(value))])
  process.stdout.write(`${(await textOf(value, group, options)).trimEnd()}\n`)
}

const checkActions = ({ list, graph, host, yaml, vars }: Options): void => {
  const asked = [list && '--list', graph && '--graph', host !== undefined && '--host'].filter(Boolean)
  if (asked.length > 1) refuse(`${asked.join(' and ')} do not go together`, 'give one of them')
  if (asked.length === 0 && !yaml) refuse('nothing to show', 'give --list, --graph, --yaml or --host NAME')
  if (vars && !graph) refuse('--vars goes with --graph', '--list and --host show variables anyway')
}

type Inventory = Parameters<typeof import('../inventory/show.ts').graph>[0]

const textOf = async (inventory: Inventory, group: string, options: Options): Promise<string> => {
  const { graph, host, list } = await import('../inventory/show.ts')
  const as = options.yaml ? 'yaml' : 'json'
  if (options.host !== undefined) {
    return host(inventory, options.host, { as }) ?? refuse(`no host ${options.host} in the inventory`, seeGraph)
  }
  if (!options.graph) return list(inventory, { as, ...(await withinLimit(inventory, options.limit)) })
  const python = await import('../template/python-text.ts')
  const tree = graph(inventory, group, options.vars ? python.textOf : undefined)
  return tree ?? refuse(`no group ${group} in the inventory`, seeGraph)
}

const seeGraph = 'see `ipvs-play inventory --graph`'

const withinLimit = async (inventory: Inventory, limit: string | undefined) => {
  if (limit === undefined) return {}
  const { selectHosts } = await import('../inventory/patterns.ts')
  const { value, problems } = selectHosts(limit, inventory)
  if (hasErrors(problems)) throw new Refused(problems)
  return { within: value }
}
