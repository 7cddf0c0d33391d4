import { meaning } from '../../tasks/sysctl/value.ts'
import type { Rule } from '../rule.ts'
import { confOf, type SysctlWish, sysctlWishes } from '../sysctl-wishes.ts'

/** What values mean something (Documentation/networking/ip-sysctl.rst). The kernel itself takes any number. */
const meant: Readonly<Record<string, readonly string[]>> = {
  arp_ignore: ['0', '1', '2', '3', '8'],
  arp_announce: ['0', '1', '2'],
  rp_filter: ['0', '1', '2'],
  arp_filter: ['0', '1'],
  send_redirects: ['0', '1'],
  accept_redirects: ['0', '1'],
  accept_local: ['0', '1'],
  forwarding: ['0', '1'],
  ip_forward: ['0', '1'],
}

const nameOf = (path: string): string | undefined =>
  confOf(path)?.name ?? (path === 'net/ipv4/ip_forward' ? 'ip_forward' : undefined)

const judge = ({ path, value }: SysctlWish): { summary: string; hint: string } | undefined => {
  const name = nameOf(path)
  if (name === undefined) return undefined
  const given = meaning(value)
  if (!/^-?\d+$/.test(given)) {
    const yes = /^(?:y|yes|true|on)$/i.test(given)
    const no = /^(?:n|no|false|off)$/i.test(given)
    const hint = yes ? 'write 1' : no ? 'write 0' : 'write a number'
    return { summary: `${name} holds a number, and \`${value}\` is none`, hint }
  }
  const values = meant[name]
  if (values === undefined || values.includes(given)) return undefined
  const [last = '', ...others] = [...values].reverse()
  return {
    summary: `${name} ${given} means nothing to the kernel`,
    hint: `its values are ${others.reverse().join(', ')} and ${last}`,
  }
}

/** Values that a kernel variable cannot hold, or that mean nothing. */
export const sysctlValue: Rule = {
  id: 'sysctl-value',
  severity: 'error',
  inWork: (work) =>
    sysctlWishes(work).flatMap((wish) => {
      const problem = judge(wish)
      return problem === undefined ? [] : [{ ...problem, at: wish.valueAt }]
    }),
}
