/** The switch: a bridge in the server's own network namespace. */

import { type LabHost, wire } from './fleet.ts'
import { kernelDefaultsScript } from './kernel-defaults.ts'
import { must, runCommand } from './run-command.ts'

/** Only ever called in the server, whose network namespace is new and holds nothing but `lo`. */
export const makeBridge = async (): Promise<void> => {
  await must(['/bin/sh', '-c', `${kernelDefaultsScript()}\nkernel_defaults`])
  await must(['ip', '-batch', '-'], {
    stdin: `link set dev lo up
link add name ${wire.bridge} address ${wire.bridgeMac} type bridge stp_state 0 mcast_snooping 0
link set dev ${wire.bridge} up
address add ${wire.gateway}/${wire.prefix} brd + dev ${wire.bridge}
`,
  })
  await runCommand(['ip', 'address', 'add', `${wire.gateway6}/${wire.prefix6}`, 'dev', wire.bridge, 'nodad']) // a machine may have no IPv6
}

/** Gives the network namespace of `pid` an `eth0`, down, whose other end hangs on the bridge, up, under the host's name. */
export const plugIn = async (host: LabHost, pid: number): Promise<void> => {
  await unplug(host)
  await must(
    `ip link add name ${host.name} up master ${wire.bridge} type veth peer name eth0 address ${host.mac} netns ${pid}`.split(
      ' ',
    ) as [string, ...string[]],
  )
}

/** The kernel takes a pair away with its namespace, but some time after the last process. */
export const unplug = async (host: LabHost): Promise<void> => {
  await runCommand(['ip', 'link', 'delete', 'dev', host.name])
}
