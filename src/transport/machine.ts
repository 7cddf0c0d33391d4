import { existsSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'

/** What the way to a host depends on of the machine that this process runs on. */
export interface Machine {
  readonly home: string
  readonly user: string
  readonly uid: number
  readonly hostname: string
  readonly environment: { readonly [name: string]: string | undefined }
  exists(path: string): boolean
}

export const thisMachine = (): Machine => {
  const seen = new Map<string, boolean>()
  const look = (path: string): boolean => {
    const there = existsSync(path)
    seen.set(path, there)
    return there
  }
  return {
    home: homedir(),
    user: userName(),
    uid: process.getuid?.() ?? 0,
    hostname: hostname(),
    environment: process.env,
    exists: (path) => seen.get(path) ?? look(path),
  }
}

/** In a container a number alone may run us, of which no passwd file knows. */
export const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return process.env.LOGNAME ?? process.env.USER ?? String(process.getuid?.())
  }
}

/** Kerberos keeps tickets where KRB5CCNAME says, else in a file under /tmp. */
export const hasTicket = ({ environment, uid, exists }: Machine): boolean =>
  (environment.KRB5CCNAME ?? '') !== '' || exists(`/tmp/krb5cc_${uid}`)
