import { Command } from 'commander'
import {
  type BecomeOptions,
  type ConnectionOptions,
  connectionOptions,
  inventoryOptions,
} from './connection-options.ts'
import { refusing } from './problems.ts'
import { type VaultOptions, vaultOptions } from './vault-options.ts'

const examples = `
Examples:
  $ ipvs-play trust all                      show the keys of hosts that are not known yet, and ask
  $ ipvs-play trust 'realserver:!rs3'
  $ ipvs-play trust rs3 --replace            rs3 was installed anew: show its old key and its new ones, and ask
  $ ipvs-play trust all --yes                for scripts, where nobody is in between

Keys of all types are fetched, through jump hosts too; nobody logs in on the hosts themselves. Compare the fingerprints on
the hosts' consoles: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. What is agreed to is written to the first known_hosts
file of each host, hashed where the file's names are. A changed key is never replaced without --replace.

Exit codes: 0 all hosts are known now, 2 some are not, for you said no or a key has changed, 4 hosts unreachable and all
others known, 5 bad option or inventory, or nobody to ask, 130 interrupted.`

export interface TrustOptions extends ConnectionOptions, BecomeOptions, VaultOptions {
  readonly allowEmpty?: boolean
  readonly yes?: boolean
  readonly replace?: boolean
}

/** Gets to know the host keys of a fleet. */
export const trustCommand = (): Command =>
  vaultOptions(connectionOptions(inventoryOptions(new Command('trust'))))
    .description('fetch host keys, show fingerprints, ask, write known_hosts')
    .argument('<pattern>', 'hosts: names, groups, globs, a:b, a:&b, a:!b, @file')
    .option('-y, --yes', 'ask nothing')
    .option('--replace', 'put new keys in the place of changed ones')
    .option('--allow-empty', 'a pattern or limit that leaves no host is no mistake')
    .addHelpText('after', examples)
    .action((pattern: string, options: TrustOptions) =>
      refusing(async () => (await import('./trust-hosts.ts')).trust(pattern, options)),
    )
