import { type Command, Option } from 'commander'
import { BECOME_METHODS } from '../documents/become-method.ts'
import type { BecomeMethod } from '../model/connection.ts'
import { collect, connectLimit, count, increase, seconds } from './option-values.ts'

/** Which hosts, and how they are reached: what all commands share that connect. */
export interface ConnectionOptions {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly extraVars: readonly string[]
  readonly forks: number
  readonly connectLimit: readonly [number, number]
  readonly user?: string
  readonly askPass?: boolean
  readonly connectionPasswordFile?: string
  readonly connection?: string
  readonly privateKey?: string
  readonly sshCommonArgs?: string
  readonly sshExtraArgs?: string
  readonly sshConfig?: string
  readonly hostKey?: 'strict' | 'accept-new'
  readonly timeout?: number
  readonly verbose: number
}

/** Who acts on the hosts. */
export interface BecomeOptions {
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly askBecomePass?: boolean
  readonly becomePasswordFile?: string
}

export const inventoryOptions = (command: Command): Command =>
  command
    .option('-i, --inventory <path>', 'inventory file or directory (repeatable; default inventory/)', collect, [])
    .option('-l, --limit <pattern>', 'only these hosts: names, groups, globs, a:b, a:&b, a:!b, @file')
    .option('-e, --extra-vars <vars>', 'variables above all others: k=v, JSON, or @file.yml (repeatable)', collect, [])

export const connectionOptions = (command: Command): Command =>
  command
    .option('-f, --forks <n>', 'hosts worked on at once', count, 50)
    .option('--connect-limit <n[,m]>', 'handshakes at once, per first hop and in all', connectLimit, [6, 30])
    .option('-u, --user <name>', 'log in as this user')
    .option('-k, --ask-pass', 'ask once for the password of logins, for hosts that accept no key')
    .option('--connection-password-file <file>', 'the same; it is the first line of this file (- for stdin)')
    .option('-c, --connection <kind>', 'ssh, openssh or local, where neither inventory nor play says')
    .option('--private-key <file>', 'log in with this key')
    .option('--ssh-common-args <options>', "options in the ssh client's words, where the inventory names none")
    .option('--ssh-extra-args <options>', 'more of them')
    .option('--ssh-config <file>', 'read this ssh_config')
    .addOption(
      new Option('--host-key <policy>', 'what to do about unknown host keys').choices(['strict', 'accept-new']),
    )
    .option('-T, --timeout <seconds>', 'for connect, handshake and login of a host (default 10)', seconds)

export const becomeOptions = (command: Command): Command =>
  command
    .option('-b, --become', 'act as root, by sudo')
    .option('--become-user <name>', 'act as this user where nothing else is said (default root)')
    .addOption(new Option('--become-method <method>', 'by what (default sudo)').choices([...BECOME_METHODS]))
    .option('-K, --ask-become-pass', "ask once for sudo's (or doas's) password")
    .option('--become-password-file <file>', 'that password is the first line of this file (- for stdin)')

export const verboseOption = (command: Command, about: string): Command =>
  command.option('-v, --verbose', about, increase, 0)
