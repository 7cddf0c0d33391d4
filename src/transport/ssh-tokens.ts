import { createHash } from 'node:crypto'
import type { Machine } from './machine.ts'

/** What the tokens of ssh_config(5) stand for, by their letter. */
export type Tokens = Readonly<Record<string, string>>

/** What most tokens tell of a connection. */
export interface TokenSource {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly alias: string | undefined
  /** ProxyJump as it is written. */
  readonly jump: string
}

/** The tokens that files and commands may hold. */
export const tokensOf = ({ name, address, port, user, alias, jump }: TokenSource, machine: Machine): Tokens => {
  return {
    // Asked for by few, and told for every host of a fleet.
    get C() {
      return createHash('sha1').update(`${machine.hostname}${address}${port}${user}${jump}`).digest('hex')
    },
    d: machine.home,
    h: address,
    i: String(machine.uid),
    j: jump,
    k: alias ?? name,
    L: machine.hostname.replace(/\..*/s, ''),
    l: machine.hostname,
    n: name,
    p: String(port),
    r: user,
    u: machine.user,
  }
}

/** Tokens that are not known stay as they are. */
export const expandTokens = (text: string, tokens: Tokens): string =>
  text.replace(/%(.)/gs, (token, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? token)))

/** `~`, tokens, and `${NAME}` of the environment. Throws where something is not known, as ssh ends there. */
export const expandPath = (path: string, tokens: Tokens, machine: Machine): string => {
  const atHome = path.startsWith('~') ? path.replace(/^~(?=\/|$)/, () => machine.home) : path
  // Most are plain, and are asked for anew for every host of a fleet.
  if (!/[%$]/.test(path)) return atHome
  const unknown = /%(?:(?=%)%|(.|$))/gs
  for (const [, letter] of path.matchAll(unknown))
    if (letter !== undefined && tokens[letter] === undefined) throw new Error(`%${letter} means nothing in ${path}`)
  return expandTokens(atHome, tokens).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = machine.environment[name]
    if (value === undefined) throw new Error(`the environment has no ${name}, which ${path} asks for`)
    return value
  })
}
