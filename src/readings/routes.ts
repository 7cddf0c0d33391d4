import type { Reading } from '../model/task-type.ts'

/** A route of table main that covers an address. Without `device`: blackhole and its like, or a multipath route of busybox. */
export interface Route {
  readonly prefix: number
  readonly device?: string
}

/**
 * The routes of table main that cover an address. Not `route get`: that asks table local first and says lo on every
 * host that holds the VIP.
 */
export const routesTo = (address: string): Reading<readonly Route[]> => ({
  key: `routes:${address}`,
  source: {
    key: `routes:${address}`,
    command: address.includes(':')
      ? ['ip', '-6', 'route', 'show', 'table', 'main', 'match', address]
      : ['ip', 'route', 'show', 'table', 'main', 'match', address],
  },
  parse: ({ stdout }) => parseRoutes(stdout, address.includes(':') ? 128 : 32),
  test: () => [],
})

const unusable = /^(?:unreachable|blackhole|prohibit|throw|broadcast|multicast|local|anycast)\s+/

const parseRoutes = (listing: string, hostPrefix: number): Route[] => {
  const routes: Route[] = []
  let prefix = 0
  for (const line of listing.split('\n').filter((text) => text.trim() !== '')) {
    const device = /\bdev (\S+)/.exec(line)?.[1]
    if (!/^\s/.test(line)) {
      const target = line.replace(unusable, '').split(/\s/)[0] ?? ''
      prefix = target === 'default' ? 0 : Number(target.split('/')[1] ?? hostPrefix)
    }
    routes.push({ prefix, ...(device === undefined ? {} : { device }) })
  }
  // The head of a multipath route names no device; its hops, on lines of their own, do.
  return routes.filter(
    (route) => route.device !== undefined || !routes.some((other) => other.prefix === route.prefix && other.device),
  )
}
