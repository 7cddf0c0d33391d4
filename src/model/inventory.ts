import type { Binding } from './document.ts'

/** One host as the inventory resolves it: all its groups, all its variables by precedence. */
export interface Host {
  readonly name: string
  /** Every group it is in, ancestors included, without `all` and `ungrouped`; sorted as Ansible sorts `group_names`. */
  readonly groups: readonly string[]
  readonly vars: ReadonlyMap<string, Binding>
}

export interface Inventory {
  /** In the order of first appearance. */
  readonly hosts: ReadonlyMap<string, Host>
  /** Group → names of all its hosts, children's included; has `all` and `ungrouped`. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Scripts that give hosts and variables were not run. */
  readonly incomplete?: boolean
  /** Group → names of its direct children. */
  readonly children: ReadonlyMap<string, readonly string[]>
}
