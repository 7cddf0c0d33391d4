import type { Host, Inventory } from '../model/inventory.ts'

/** What Ansible calls this machine. */
export const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])

/** This machine by the name that the inventory has for it; the one that is asked for, if it has none. */
export const thisMachineIn = (hosts: Inventory['hosts'], asked: string): string =>
  [...localNames].find((name) => hosts.has(name)) ?? asked

/** Hosts of an inventory, and this machine under its names: only who asks for it finds it, no group and no list. */
class HostsAndThisMachine extends Map<string, Host> {
  readonly #local: (name: string) => Host
  constructor(hosts: ReadonlyMap<string, Host>, local: (name: string) => Host) {
    super(hosts)
    this.#local = local
  }
  override get(name: string): Host | undefined {
    return super.get(name) ?? (localNames.has(name) ? this.#local(name) : undefined)
  }
}

/** Adds Ansible's implicit localhost, unless the inventory names this machine itself. */
export const withThisMachine = (
  hosts: ReadonlyMap<string, Host>,
  local: (name: string) => Host,
): ReadonlyMap<string, Host> =>
  [...localNames].some((name) => hosts.has(name)) ? hosts : new HostsAndThisMachine(hosts, local)
