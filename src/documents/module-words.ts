/** The names of Ansible's modules: those that are task types here, and the nearest way for those that are not. */

/** Other names of task types. */
export const aliases: Readonly<Record<string, string>> = {
  wait_for: 'wait-for',
  systemd: 'service',
  systemd_service: 'service',
  sysvinit: 'service',
  apt: 'package',
  modprobe: 'modules',
}

/** Modules that live in a collection beside ansible.builtin, by the collection. */
const collections: Readonly<Record<string, readonly string[]>> = {
  'ansible.posix': ['sysctl'],
  'community.general': ['modprobe'],
}

/** The task type that a key names: `ansible.builtin.copy` is `copy`, `community.general.modprobe` is `modules`. */
export const shortName = (key: string): string => {
  const [, collection = '', name = key] = /^([a-z]\w*\.[a-z]\w*)\.([^.]+)$/.exec(key) ?? []
  const here = collection === '' || /^ansible\.(?:builtin|legacy)$/.test(collection)
  if (!here && !collections[collection]?.includes(name)) return key
  return Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name
}

/** Task types that are promised and have not come. */
export const typesLater: ReadonlySet<string> = new Set('vip ipvs only-director-answers'.split(' '))

const wholeFile = 'write the whole file with `copy` or `template`'
const guarded = (program: string): string => `use \`command: {argv: [${program}, …], unless: …}\``
const onlyApt = (program: string): string => `\`package\` knows apt only; ${guarded(program)}`
const network = 'kernel settings have `sysctl`, VIPs `vip-on-lo`; the network itself is not changed'
const account = (program: string): string => `use \`command: {argv: [${program}, …], unless: getent …}\``

/** By the last part of the name, whatever the collection. */
const nearestWay: Readonly<Record<string, string>> = {
  acl: guarded('setfacl'),
  add_host: 'name every host in the inventory',
  apk: onlyApt('apk'),
  apt_key: 'put the key into /etc/apt/keyrings with `copy`',
  apt_repository: 'write a file in /etc/apt/sources.list.d with `copy`',
  archive: 'use `command: {argv: [tar, …], creates: …}`',
  assemble: wholeFile,
  async_status: 'a task ends before the next one starts',
  at: guarded('at'),
  authorized_key: 'write the whole authorized_keys with `copy`',
  blockinfile: wholeFile,
  capabilities: guarded('setcap'),
  cron: 'write a file in /etc/cron.d with `copy`',
  deb822_repository: 'write a .sources file in /etc/apt/sources.list.d with `copy`',
  debconf: 'use `shell` with `debconf-set-selections` and `unless`',
  dnf: onlyApt('dnf'),
  dnf5: onlyApt('dnf'),
  docker_container: guarded('docker'),
  dpkg_selections: guarded('apt-mark'),
  expect: 'use `shell` with `stdin`',
  fetch: 'use `command: cat …` with `register`, or scp',
  file: 'use `command: {argv: [mkdir, -p, …], creates: …}`, `ln -s` or `rm` with `creates` or `removes`; `copy` sets owner and mode',
  filesystem: 'use `command: {argv: [mkfs, …], unless: blkid …}`',
  find: 'use `command: find …` with `register`',
  firewalld_info: 'use `command: firewall-cmd --list-all` with `register`',
  firewalld: guarded('firewall-cmd'),
  get_url: 'use `command: {argv: [curl, -fsSLo, FILE, URL], creates: FILE}`',
  getent: 'use `command: getent …` with `register`',
  git: 'use `command: {argv: [git, clone, …], creates: …}`',
  git_config: guarded('git'),
  group: account('groupadd'),
  group_by: 'write the groups into the inventory',
  haproxy: 'directors of ipvs-play are IPVS; use `command` for HAProxy',
  hostname: 'use `command: {argv: [hostnamectl, hostname, NAME], unless: …}`',
  ini_file: wholeFile,
  interfaces_file: network,
  import_playbook: 'it stands in the list of plays, beside `- hosts: …`',
  iptables: guarded('iptables'),
  iptables_state: guarded('iptables-restore'),
  kernel_blacklist: 'write a file in /etc/modprobe.d with `copy`',
  known_hosts: 'write the whole known_hosts with `copy`',
  lineinfile: wholeFile,
  locale_gen: 'use `command: {argv: [locale-gen, …], unless: …}`',
  lvol: guarded('lvcreate'),
  mail: 'watch the events of --output ndjson',
  mount:
    'write a unit for the mount with `copy`, then `service`; or use `command: {argv: [mount, …], unless: findmnt …}`',
  mount_facts: 'use `command: findmnt --json` with `register`',
  mysql_db: guarded('mysql'),
  nmcli: network,
  openssl_privatekey: 'use `command: {argv: [openssl, …], creates: …}`',
  package_facts: 'use `command: dpkg-query …` with `register`',
  pam_limits: 'write a file in /etc/security/limits.d with `copy`',
  parted: guarded('parted'),
  patch: wholeFile,
  ping: 'every run reaches its hosts first; `command: "true"` does no more',
  pip: 'use `command: {argv: [pip, install, …], unless: …}`',
  postgresql_db: guarded('createdb'),
  raw: 'use `command` or `shell`: a host needs /bin/sh only',
  reboot: 'nothing reboots a host: `persist` keeps settings, and `ipvs-play lab reboot` tries it in the lab',
  replace: wholeFile,
  rhel_facts: 'use `command: cat /etc/os-release` with `register`',
  rhel_rpm_ostree: guarded('rpm-ostree'),
  rhsm_repository: guarded('subscription-manager'),
  rpm_ostree_upgrade: guarded('rpm-ostree'),
  rpm_key: guarded('rpm'),
  seboolean: guarded('setsebool'),
  selinux: guarded('setenforce'),
  service_facts: 'use `command: systemctl is-active …` with `register`',
  set_stats: 'the events of --output ndjson hold every result',
  slurp: 'use `command: cat …` with `register`',
  snap: onlyApt('snap'),
  stat: 'use `creates` or `removes` of `command`, or `command: test -e …` with `register` and `failed_when: false`',
  subversion: 'use `command: {argv: [svn, checkout, …], creates: …}`',
  synchronize: 'copy each file with `copy`, or run rsync by yourself',
  tempfile: 'use `command: mktemp` with `register`',
  timezone: 'use `command: {argv: [timedatectl, set-timezone, …], unless: …}`',
  ufw: guarded('ufw'),
  unarchive: 'use `command: {argv: [tar, -xf, …], creates: …}`',
  uri: 'use `wait-for` with `url`, or `command: {argv: [curl, …]}` with `register`',
  user: account('useradd'),
  validate_argument_spec: 'use `assert`',
  wait_for_connection: 'every run reaches its hosts first',
  xml: wholeFile,
  yum: onlyApt('yum'),
  yum_repository: 'write a file in /etc/yum.repos.d with `copy`',
  zypper: onlyApt('zypper'),
}

/** What to do instead of a module of Ansible that is not here. */
export const insteadOf = (key: string): string | undefined => {
  const name = key.slice(key.lastIndexOf('.') + 1)
  const full = /^[a-z]\w*\.[a-z]\w*\.[a-z]\w*$/.test(key)
  return (full || name === key) && Object.hasOwn(nearestWay, name) ? nearestWay[name] : undefined
}
