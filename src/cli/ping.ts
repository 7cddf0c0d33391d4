import { Command, Option } from 'commander'
import {
  type BecomeOptions,
  becomeOptions,
  type ConnectionOptions,
  connectionOptions,
  inventoryOptions,
  verboseOption,
} from './connection-options.ts'
import { refusing } from './problems.ts'
import { type VaultOptions, vaultOptions } from './vault-options.ts'

const examples = `
Examples:
  $ ipvs-play ping all                       who can be reached, who lacks what; the worst first
  $ ipvs-play ping realserver -b -K          with sudo's password
  $ ipvs-play ping 'all:!rs3' -u ops --private-key ~/.ssh/ops
  $ ipvs-play ping rs3 -vvv                  the story of each handshake, on stderr
  $ ipvs-play ping all --output ndjson | jq -r 'select(.status=="unreachable").host'

Each host is reached, logged in to and, where the inventory or -b says so, become root on; then it says which tools the
tasks for its groups lack. Nothing is changed on any host.

Exit codes: 0 all well, 2 a host was reached but cannot be worked on, 4 hosts unreachable and no other trouble,
5 bad option or inventory, 130 interrupted.`

export interface PingOptions extends ConnectionOptions, BecomeOptions, VaultOptions {
  readonly allowEmpty?: boolean
  readonly output: 'table' | 'json' | 'ndjson'
  /** commander's negation: false with --no-color. */
  readonly color: boolean
}

/** Reaches hosts, logs in, becomes root and looks for the tools that playbooks need. */
export const pingCommand = (): Command =>
  verboseOption(
    vaultOptions(becomeOptions(connectionOptions(inventoryOptions(new Command('ping'))))),
    '-vvv: the story of each handshake, on stderr',
  )
    .description('reach, log in, become, needed tools: a table of the fleet')
    .argument('[pattern]', 'hosts: names, groups, globs, a:b, a:&b, a:!b, @file', 'all')
    .option('--allow-empty', 'a pattern or limit that leaves no host is no mistake')
    .addOption(new Option('--output <kind>', 'what to print').choices(['table', 'json', 'ndjson']).default('table'))
    .option('--no-color', 'no colour')
    .addHelpText('after', examples)
    .action((pattern: string, options: PingOptions) =>
      refusing(async () => (await import('./ping-hosts.ts')).ping(pattern, options)),
    )
