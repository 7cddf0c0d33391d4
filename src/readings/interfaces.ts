import type { Reading } from '../model/task-type.ts'
import { confSource, lookUp } from './conf.ts'

/** Every interface that has IPv4 settings, lo too; dots and all. Sorted as the host sorts them. */
export const interfaces: Reading<readonly string[]> = {
  key: 'interfaces',
  source: confSource,
  parse: ({ stdout }) => {
    const names: string[] = []
    const mark = '/arp_ignore:'
    for (let at = stdout.indexOf(mark); at >= 0; at = stdout.indexOf(mark, at + 1)) {
      const name = stdout.slice(stdout.lastIndexOf('\n', at) + 1, at)
      if (name !== 'all' && name !== 'default') names.push(name)
    }
    return names
  },
  test: () => [],
}

/** What /sys/class/net says of a device: IFF_* flags and ARPHRD_* type. */
export interface Link {
  readonly flags: number
  readonly type: number
}

export const link = (device: string): Reading<Link | undefined> => ({
  key: `link:${device}`,
  source: confSource,
  parse: ({ stdout }) => {
    const flags = lookUp(stdout, `/sys/class/net/${device}/flags`)
    const type = lookUp(stdout, `/sys/class/net/${device}/type`)
    return flags === undefined || type === undefined ? undefined : { flags: Number(flags), type: Number(type) }
  },
  test: () => [],
})

// include/uapi/linux/if.h, if_arp.h
const IFF_NOARP = 0x80
const IFF_MASTER = 0x400
const ARPHRD_ETHER = 1

/** An Ethernet device that speaks no ARP and bundles no others: a dummy, a kube-ipvs0. */
export const isDummy = (of: Link | undefined): boolean =>
  of !== undefined && of.type === ARPHRD_ETHER && (of.flags & IFF_NOARP) !== 0 && (of.flags & IFF_MASTER) === 0
