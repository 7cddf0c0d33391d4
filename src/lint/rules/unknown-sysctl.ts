import { nearest } from '../../nearest.ts'
import { confNames, ipv4Names, roots, vsNames } from '../kernel-names.ts'
import type { Rule } from '../rule.ts'
import { confOf, sysctlWishes } from '../sysctl-wishes.ts'

interface Verdict {
  readonly what: string
  readonly near: string | undefined
}

const judge = (path: string): Verdict | undefined => {
  const conf = confOf(path)
  if (conf !== undefined && !confNames.includes(conf.name))
    return { what: `${conf.name} is no variable of an interface`, near: nearest(conf.name, confNames) }
  const [, vs] = /^net\/ipv4\/vs\/([^/]+)$/.exec(path) ?? []
  if (vs !== undefined && !vsNames.includes(vs) && !/^(?:lblcr?_expiration|timeout_.*)$/.test(vs))
    return { what: `${vs} is no variable of IPVS`, near: nearest(vs, vsNames) }
  const [, plain] = /^net\/ipv4\/([^/]+)$/.exec(path) ?? []
  const near = plain === undefined || ipv4Names.includes(plain) ? undefined : nearest(plain, ipv4Names)
  if (near !== undefined) return { what: `net.ipv4.${plain} is not known`, near: `net.ipv4.${near}` }
  const [root = ''] = path.split('/')
  return roots.includes(root)
    ? undefined
    : { what: `no kernel variable begins with ${root}`, near: nearest(root, roots) }
}

/** Names of kernel variables that no kernel has. */
export const unknownSysctl: Rule = {
  id: 'unknown-sysctl',
  severity: 'warning',
  inWork: (work) =>
    sysctlWishes(work).flatMap(({ path, at }) => {
      const verdict = judge(path)
      if (verdict === undefined) return []
      const hint =
        verdict.near === undefined
          ? 'a host that lacks it fails there; is it spelled right?'
          : `did you mean ${verdict.near}?`
      return [{ summary: verdict.what, at, hint }]
    }),
}
