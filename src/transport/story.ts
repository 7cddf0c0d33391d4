import type { Client } from 'ssh2'
import type { Beginning } from './beginning.ts'
import type { ShownKey, Verdict } from './host-key.ts'
import { fingerprint } from './known-hosts.ts'

/** Takes what happens on the way to a host, a line at a time; absent where nobody asked for it. */
export type Tell = (line: string) => void

/** Whom to tell of this host of the inventory, if anybody. */
export type Stories = (host: string) => Tell | undefined

/** What is told of a hop on the way to the host that was asked for says so. */
export const tellOfHop = (stories: Stories | undefined, asked: string, hop: string): Tell | undefined => {
  const tell = stories?.(asked)
  return tell === undefined || hop === asked ? tell : (line) => tell(`jump host ${hop}: ${line}`)
}

/** Tells one attempt. */
export interface Narrator {
  shows(key: ShownKey, verdict: Verdict): void
  ends(how: string): void
}

export const narrate = (client: Client, beginning: Beginning, tell: Tell): Narrator => {
  let introduced = false
  const introduce = (): void => {
    const greeting = beginning.greeting().split(/\r?\n/, 1)[0]
    if (introduced || greeting === '') return
    introduced = true
    tell(`says ${greeting}`)
    for (const [what, names] of Object.entries(beginning.offer() ?? {})) tell(`its ${what}: ${names.join(', ')}`)
  }
  client.once('handshake', ({ kex, serverHostKey, cs, sc }) => {
    const [there, back] = [cs, sc].map(({ cipher, mac }) => [cipher, mac].filter(Boolean).join(' with '))
    tell(`agreed on ${kex}, ${serverHostKey}, ${there === back ? there : `${there} there and ${back} back`}`)
  })
  client.once('banner', (text) => tell(`its banner: ${text.trim()}`))
  return {
    shows: ({ type, blob }, verdict) => {
      introduce()
      tell(`shows ${type} ${fingerprint(blob)}: ${WORDS[verdict.kind]}`)
    },
    ends: (how) => {
      introduce()
      tell(how)
    },
  }
}

const WORDS: Record<Verdict['kind'], string> = { trusted: 'known', new: 'new, accepted', rejected: 'rejected' }
