/** What `lab up` writes for people and for `ipvs-play -i`, as text. */
import { join } from 'node:path'
import { type LabHost, wire } from './fleet.ts'

/** A host with the port on 127.0.0.1 that leads to its SSH server, and the server's public key. */
export interface ReachableHost extends LabHost {
  readonly port: number
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string
}

/** Every path in a lab's directory; nothing of a lab lies elsewhere. */
export const labPaths = (directory: string) =>
  ({
    directory,
    inventoryDirectory: join(directory, 'inventory'),
    inventory: join(directory, 'inventory/hosts.yml'),
    knownHosts: join(directory, 'known_hosts'),
    privateKey: join(directory, 'id_ed25519'),
    publicKey: join(directory, 'id_ed25519.pub'),
    sshConfig: join(directory, 'ssh_config'),
    state: join(directory, 'lab.json'),
    log: join(directory, 'lab.log'),
    control: join(directory, 'control.sock'),
    /** Where the server mounts the hosts' disks, in its own mount namespace; everybody else sees it empty. */
    disks: join(directory, 'disks'),
  }) as const
export type LabPaths = ReturnType<typeof labPaths>

/** An Ansible inventory in YAML. */
export const inventoryText = (paths: LabPaths, hosts: readonly ReachableHost[]): string => {
  const group = (name: LabHost['group']): string => {
    const members = hosts.filter((host) => host.group === name)
    if (members.length === 0) return `    ${name}: {}\n`
    const lines = members.map((host) => `        ${host.name}: {ansible_port: ${host.port}} # ${host.address}\n`)
    return `    ${name}:\n      hosts:\n${lines.join('')}`
  }
  return `# The embedded fleet. Written by \`ipvs-play lab up\`, gone with \`ipvs-play lab down\`.
# Every host is a set of Linux namespaces on this machine; 127.0.0.1:PORT leads to its SSH server.
all:
  vars:
    vip: ${wire.vip}
    ansible_host: 127.0.0.1
    ansible_user: root
    ansible_ssh_private_key_file: ${JSON.stringify(paths.privateKey)}
    ansible_ssh_common_args: ${JSON.stringify(commonArgs(paths))}
  children:
${group('director')}${group('realserver')}`
}

const commonArgs = (paths: LabPaths): string => {
  const plain = /^[\w./+@-]+$/.test(paths.knownHosts)
  // OpenSSH splits the value of UserKnownHostsFile at blanks unless it is in double quotes.
  const file = plain ? paths.knownHosts : `'"${paths.knownHosts.replaceAll("'", "'\\''")}"'`
  return `-o UserKnownHostsFile=${file} -o IdentitiesOnly=yes`
}

export const knownHostsText = (hosts: readonly ReachableHost[]): string =>
  hosts.map((host) => `[127.0.0.1]:${host.port} ${host.hostKey}\n`).join('')

/** For people: `ssh -F ssh_config rs1`. */
export const sshConfigText = (paths: LabPaths, hosts: readonly ReachableHost[]): string =>
  `# Written by \`ipvs-play lab up\`: ssh -F ${paths.sshConfig} rs1
${hosts.map((host) => `Host ${host.name}\n  Port ${host.port}\n`).join('')}
Host *
  HostName 127.0.0.1
  User root
  IdentityFile "${paths.privateKey}"
  IdentitiesOnly yes
  UserKnownHostsFile "${paths.knownHosts}"
  StrictHostKeyChecking yes
  LogLevel ERROR
`
