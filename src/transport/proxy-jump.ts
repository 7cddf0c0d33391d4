/** One hop of ProxyJump. */
export interface Hop {
  readonly name: string
  readonly user?: string
  readonly port?: number
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`, by commas; the first is reached first. Undefined: it cannot be read. */
export const readHops = (text: string): readonly [Hop, ...Hop[]] | undefined => {
  const hops = text.split(',').map(readHop)
  const [first, ...more] = hops.filter((hop) => hop !== undefined)
  return first === undefined || more.length + 1 < hops.length ? undefined : [first, ...more]
}

const HOP = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@/[\]]+))(?::(\d{1,5}))?\/?$/s

const readHop = (text: string): Hop | undefined => {
  const [, user, bracketed, plain, written] = HOP.exec(text.trim()) ?? []
  const name = bracketed ?? plain
  const port = written === undefined ? undefined : Number(written)
  if (name === undefined || name.startsWith('-') || user?.startsWith('-')) return undefined
  if (port !== undefined && (port < 1 || port > 65535)) return undefined
  return { name, ...(user !== undefined && { user }), ...(port !== undefined && { port }) }
}
