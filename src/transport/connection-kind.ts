import type { Target } from '../model/connection.ts'
import type { Diagnostic } from '../model/document.ts'

type Kind = Target['wants']

/** What Ansible may call the three ways that there are. */
const KINDS: Readonly<Record<string, Kind>> = { ssh: 'ssh', smart: 'ssh', openssh: 'openssh', local: 'local' }

/** Ways that Ansible has, each with what to do here. */
const OTHERS: Readonly<Record<string, string>> = {
  paramiko: 'write `ssh`, which needs no ssh client either',
  paramiko_ssh: 'write `ssh`, which needs no ssh client either',
  libssh: 'write `ssh`',
  winrm: 'hosts are Linux machines',
  psrp: 'hosts are Linux machines',
  docker: 'run an SSH server in the container',
  podman: 'run an SSH server in the container',
  buildah: 'run an SSH server in the container',
  lxc: 'run an SSH server in the container',
  lxd: 'run an SSH server in the container',
  kubectl: 'run ipvs-play on the nodes, not in pods',
  chroot: 'run ipvs-play in it, with ansible_connection: local',
  jail: 'hosts are Linux machines',
  network_cli: 'hosts are Linux machines',
  netconf: 'hosts are Linux machines',
  httpapi: 'hosts are Linux machines',
}

/** Which way `ansible_connection`, or `connection` of a play, means. */
export const connectionKind = (written: string): Kind | Diagnostic => {
  const name = written.trim().toLowerCase()
  const short = name.slice(name.lastIndexOf('.') + 1)
  const kind = Object.hasOwn(KINDS, short) ? KINDS[short] : undefined
  const other = Object.hasOwn(OTHERS, short) ? OTHERS[short] : undefined
  return (
    kind ?? {
      severity: 'error',
      summary: `ansible_connection: ${written} is not supported`,
      hint: other ?? 'it is ssh (the default), openssh (by the system’s ssh) or local (this machine)',
    }
  )
}
