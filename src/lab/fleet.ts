/** The fleet on paper: names, addresses, MACs. */

export interface LabHost {
  /** Also its hostname and the name of its port on the bridge: at most 15 bytes. */
  readonly name: string
  readonly group: 'director' | 'realserver'
  readonly address: string
  readonly address6: string
  readonly mac: string
}

/** The wire that all hosts hang on. The bridge is the gateway, and where SSH sessions seem to come from. */
export const wire = {
  bridge: 'br0',
  /** Fixed: otherwise it is the lowest of the ports', and changes when a host reboots, unknown to its neighbours. */
  bridgeMac: '02:88:0a:58:00:01',
  prefix: 16,
  gateway: '10.88.0.1',
  prefix6: 64,
  gateway6: 'fd88::1',
  vip: '10.88.0.100',
} as const

/** A Linux bridge has 1024 ports. */
export const mostHosts = 1000

const perThirdByte = 250

/**
 * Directors `lb1`… from 10.88.1.1, real servers `rs1`… from 10.88.11.1; 250 to a third byte.
 * Addresses and MACs depend on the name alone, so that a host is the same after a reboot and in every lab.
 */
export const planFleet = (size: { readonly directors: number; readonly realservers: number }): readonly LabHost[] => [
  ...Array.from({ length: size.directors }, (_, index) => labHost('director', 'lb', 1, index)),
  ...Array.from({ length: size.realservers }, (_, index) => labHost('realserver', 'rs', 11, index)),
]

const labHost = (group: LabHost['group'], stem: string, firstByte: number, index: number): LabHost => {
  const third = firstByte + Math.floor(index / perThirdByte)
  const fourth = (index % perThirdByte) + 1
  return {
    name: `${stem}${index + 1}`,
    group,
    address: `10.88.${third}.${fourth}`,
    address6: `fd88::${third.toString(16)}:${fourth.toString(16)}`,
    // 02: locally administered
    mac: `02:88:0a:58:${hexByte(third)}:${hexByte(fourth)}`,
  }
}

const hexByte = (value: number): string => value.toString(16).padStart(2, '0')
