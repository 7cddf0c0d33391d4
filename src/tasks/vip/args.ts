import * as v from 'valibot'
import type { ArgumentProblem } from '../../model/task-type.ts'
import { type Ip, notUnicast, parseIp } from '../../readings/ip.ts'

const list = v.pipe(v.array(v.string()), v.minLength(1, 'names no address'))

export const vipSchema = v.strictObject({
  address: v.pipe(
    v.union([v.string(), list]),
    v.description('The VIP, or a list of VIPs, IPv4 or IPv6. Always /32 or /128.'),
  ),
  nic: v.pipe(
    v.string(),
    v.regex(/^(?!lo$)[^\s/:]{1,15}$/, 'must be the name of an interface, and not lo\nnic: "{{ nic }}", for example'),
    v.description('The interface on which clients, or the router before them, ask for it.'),
  ),
  announce: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.maxValue(10),
      v.description('How many gratuitous ARP packets tell the neighbours of a VIP that was added; 0: none. IPv4 only.'),
    ),
    3,
  ),
  state: v.optional(
    v.pipe(v.picklist(['present', 'absent']), v.description('`absent` takes it off the interface.')),
    'present',
  ),
})
type VipArgs = v.InferOutput<typeof vipSchema>

/** The arguments in one form. */
export interface VipWish {
  readonly vips: readonly Ip[]
  readonly nic: string
  readonly announce: number
  readonly state: 'present' | 'absent'
}

const texts = ({ address }: VipArgs): readonly string[] => (typeof address === 'string' ? [address] : address)

export const wishOf = (args: VipArgs): VipWish => {
  const found = new Map<string, Ip>()
  for (const text of texts(args)) {
    const ip = parseIp(text.split('/')[0] ?? '')
    if (ip !== undefined) found.set(ip.address, ip)
  }
  const { nic, announce, state } = args
  return { vips: [...found.values()], nic, announce, state }
}

export const vipProblems = (args: VipArgs): readonly ArgumentProblem[] =>
  texts(args).flatMap((text, index) => {
    const problem = addressProblem(text)
    const path = typeof args.address === 'string' ? ['address'] : ['address', index]
    return problem === undefined ? [] : [{ path, ...problem }]
  })

const addressProblem = (text: string): { summary: string; hint: string } | undefined => {
  const [address = '', prefix, more] = text.split('/')
  const ip = more === undefined ? parseIp(address) : undefined
  if (ip === undefined)
    return { summary: `\`${text}\` is not an IP address`, hint: 'write it like 192.0.2.100 or 2001:db8::100' }
  const whole = ip.family === 4 ? '32' : '128'
  if (prefix !== undefined && prefix !== whole)
    return {
      summary: `a VIP is /${whole}, not /${prefix}: it is one address, and no way to a network`,
      hint: `write ${address}`,
    }
  const unfit = notUnicast(ip)
  return unfit === undefined
    ? undefined
    : { summary: `${address} is ${unfit}, no VIP`, hint: 'name the address that clients connect to' }
}
