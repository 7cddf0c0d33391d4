/** The next move where a template names a variable that nobody sets. */
import { nearest } from '../nearest.ts'

/** Names that other languages or Ansible have, and what stands for them here. */
const notHere: Readonly<Record<string, string>> = {
  null: 'did you mean none?',
  ansible_facts: 'no facts are gathered; `facts.interfaces` and `facts.addresses` are there, and what a task registers',
  vars: 'name the variable itself; `hostvars[inventory_hostname]` finds those of the inventory by name',
  ansible_managed: 'write the remark itself, or set the variable',
  ansible_version: 'ipvs-play is no Ansible; remove it',
  ansible_env:
    "register what a command prints: `command: printenv PATH`; lookup('env', 'PATH') is that of this machine",
  ansible_date_time: 'put the time in a variable with -e',
  ansible_diff_mode: 'a play means the same with and without --diff',
  ansible_play_role_names: 'there are no roles',
  role_path: 'there are no roles',
  role_name: 'there are no roles',
}

const facts = new RegExp(
  `^ansible_(?:${[
    'all_ipv[46]_addresses default_ipv[46] interfaces',
    'hostname nodename fqdn domain dns machine_id',
    'os_family distribution distribution_\\w+ lsb kernel kernel_version system cmdline',
    'architecture machine userspace_\\w+ processor processor_\\w+ memory_mb memtotal_mb memfree_mb swaptotal_mb swapfree_mb',
    'devices mounts lvm bios_\\w+ board_\\w+ product_\\w+ system_vendor virtualization_\\w+ uptime_seconds',
    'pkg_mgr service_mgr python python_version selinux apparmor fips user_id user_uid user_gid user_dir user_shell',
    'effective_user_id real_user_id ssh_host_key_\\w+ local',
    'lo eth\\d+ en[ops]\\w+ bond\\d+ br\\d+',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
)

/** @param known  the names that are set, this one among them if it is set later */
export const hintForMissing = (name: string, known: Iterable<string>): string => {
  if (name === 'item') return '`loop:` on the task gives it'
  if (Object.hasOwn(notHere, name)) return notHere[name] ?? ''
  if (facts.test(name)) return 'no facts are gathered: register what a command prints, or set it in the inventory'
  const names = [...known]
  if (names.includes(name)) return 'only a later task gives it: move that task up, or use `default`'
  const similar = nearest(name, names)
  return similar === undefined
    ? 'define it in the inventory, under `vars:`, or with --extra-vars'
    : `did you mean ${similar}?`
}
