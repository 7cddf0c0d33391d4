import { textOf } from '../documents/playbook-fields.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import type { Play } from '../model/schedule.ts'

/** Who logs in on which host by `remote_user` of its plays. A host has one connection: two names are a mistake. */
export const remoteUsers = (plays: readonly Play[]): Checked<ReadonlyMap<string, string>> => {
  const users = new Map<string, { readonly user: string; readonly play: number }>()
  const problems: Diagnostic[] = []
  for (const { remoteUser, hosts, number } of plays) {
    if (remoteUser === undefined) continue
    const user = textOf(remoteUser)
    const other = hosts.flatMap((host) => users.get(host) ?? []).find((each) => each.user !== user)
    if (other !== undefined)
      problems.push({
        severity: 'error',
        summary: `play ${other.play} logs in as ${other.user} on hosts of this one`,
        at: remoteUser.at,
        hint: 'a host has one connection for the whole run: name one user, and use `become_user` for the other',
      })
    for (const host of hosts) if (!users.has(host)) users.set(host, { user, play: number })
  }
  return { value: new Map([...users].map(([host, { user }]) => [host, user])), problems }
}
