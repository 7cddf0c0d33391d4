import type { Diagnostic } from '../../model/document.ts'
import type { ArgumentProblem } from '../../model/task-type.ts'
import type { ServiceReading } from '../../readings/service.ts'

const network =
  /^(?:networking|network|NetworkManager|systemd-networkd|wickedd?|connman|dhcpcd|dhclient|netplan|netif|net\..+)(?:\.service)?$/
const door = /^(?:ssh|sshd|dropbear)(?:\.service|\.socket)?$/

/** Services whose end could end the way to the host, or take its addresses away. */
export const lockOut = (name: string, state: string | undefined): readonly ArgumentProblem[] => {
  if (network.test(name) && (state === 'restarted' || state === 'stopped')) {
    const summary = `\`${name}\` carries the network of the host: no task ${state === 'stopped' ? 'stops' : 'restarts'} it`
    return [{ path: ['state'], summary, hint: 'change settings live with their own tasks, or reload it' }]
  }
  if (door.test(name) && state === 'stopped')
    return [{ path: ['state'], summary: `without \`${name}\` no run reaches the host again`, hint: 'leave it running' }]
  return []
}

export interface Wished {
  readonly name: string
  readonly state?: string | undefined
  readonly enabled?: boolean | undefined
}

/** Why the wish cannot be met on this host. */
export const obstacle = ({ name, state, enabled }: Wished, now: ServiceReading): Diagnostic | undefined => {
  const refused = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })
  if (now.init === 'none')
    return refused('this host has neither systemd nor OpenRC', 'use `command` with what starts services there')
  if (!now.known) return refused(`there is no service ${name}`, 'is its package installed, its name right?')
  if (!now.running && state !== undefined)
    return refused(
      `${now.init} is installed and does not run: ${name} cannot be ${state}`,
      '`enabled` alone works here: it is for the next boot',
    )
  if (now.atBoot === 'masked' && (enabled === true || (state !== undefined && state !== 'stopped')))
    return refused(`${name} is masked`, 'somebody made sure that it does not start: systemctl unmask it first')
  if (now.atBoot === 'fixed' && enabled === false)
    return refused(
      `${name} has no link of its own that could be taken away`,
      'it is started by another unit: disable that, or mask it with `command`',
    )
  return undefined
}
