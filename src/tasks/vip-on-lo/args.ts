import * as v from 'valibot'
import type { ArgumentProblem } from '../../model/task-type.ts'
import { type Ip, notUnicast, parseIp } from '../../readings/ip.ts'

const addresses = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1, 'names no address'))])

const fullForm = v.strictObject({
  address: v.pipe(addresses, v.description('The VIP, or a list of VIPs, IPv4 or IPv6. Always /32 or /128.')),
  scope: v.optional(
    v.pipe(
      v.picklist(['host', 'link', 'global']),
      v.description(
        'Scope of an IPv4 address. When it is not named, a VIP that is there keeps its own and a new one gets `host`, so that it is never chosen as a source.',
      ),
    ),
  ),
  label: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^lo(:\S*)?$/, 'must begin with lo\nlo:vip, for example'),
      v.maxLength(15, 'must have at most 15 characters'),
      v.description('Label for a VIP that is added, as ifconfig shows it. It must begin with `lo`.'),
    ),
  ),
  state: v.optional(
    v.pipe(
      v.picklist(['present', 'absent']),
      v.description('`absent` removes it, once no director sends traffic for it to this host.'),
    ),
    'present',
  ),
})

export const vipSchema = v.union([
  v.string(),
  v.pipe(v.array(v.string()), v.minLength(1, 'names no address')),
  fullForm,
])
type VipArgs = v.InferOutput<typeof vipSchema>

/** The arguments in one form. */
export interface VipWish {
  readonly vips: readonly Ip[]
  readonly scope?: string | undefined
  readonly label?: string | undefined
  readonly state: 'present' | 'absent'
}

export const wishOf = (args: VipArgs): VipWish => {
  const full = typeof args === 'string' || Array.isArray(args) ? undefined : (args as v.InferOutput<typeof fullForm>)
  const seen = new Map<string, Ip>()
  for (const { text } of texts(args)) {
    const ip = parseIp(text.split('/')[0] ?? '')
    if (ip) seen.set(ip.address, ip)
  }
  return { vips: [...seen.values()], scope: full?.scope, label: full?.label, state: full?.state ?? 'present' }
}

const texts = (args: VipArgs): { path: (string | number)[]; text: string }[] => {
  if (typeof args === 'string') return [{ path: [], text: args }]
  if (Array.isArray(args)) return args.map((text, at) => ({ path: [at], text }))
  const { address } = args as v.InferOutput<typeof fullForm>
  return texts(address).map(({ path, text }) => ({ path: ['address', ...path], text }))
}

export const vipProblems = (args: VipArgs): ArgumentProblem[] => {
  const problems = texts(args).flatMap(({ path, text }) => {
    const problem = addressProblem(text)
    return problem ? [{ path, ...problem }] : []
  })
  const { vips, scope, label } = wishOf(args)
  if (problems.length > 0 || vips.some(({ family }) => family === 4)) return problems
  const pointless = scope !== undefined ? 'scope' : label !== undefined ? 'label' : undefined
  if (pointless === undefined) return problems
  return [{ path: [pointless], summary: `an IPv6 address takes no ${pointless}`, hint: `remove \`${pointless}\`` }]
}

const addressProblem = (text: string): { summary: string; hint: string } | undefined => {
  const [address = '', prefix, more] = text.split('/')
  const ip = more === undefined ? parseIp(address) : undefined
  if (!ip) return { summary: `\`${text}\` is not an IP address`, hint: 'write it like 192.0.2.80 or 2001:db8::80' }
  const whole = ip.family === 4 ? '32' : '128'
  if (prefix !== undefined && prefix !== whole) {
    return {
      summary: `a VIP on lo is /${whole}, not /${prefix}: the host would take all of that network for its own`,
      hint: `write ${address}`,
    }
  }
  const unfit = notUnicast(ip)
  return unfit
    ? { summary: `${address} is ${unfit}, no VIP`, hint: 'name the address that clients connect to' }
    : undefined
}
