import { canonicalPath } from '../../readings/sysctl.ts'

/**
 * A key as the user wrote it, understood.
 * @property path   below /proc/sys, slash form; one path for one kernel variable
 * @property shown  dot form, as the user knows it: an alias keeps its own name here
 */
export type SysctlKey =
  | { readonly ok: true; readonly path: string; readonly shown: string }
  | { readonly ok: false; readonly summary: string; readonly hint: string }

const example = 'write it like net.ipv4.ip_forward'

/** Dot form, slash form, or what sysctl(8) allows between: the first separator decides, the other one stands for it. */
export const parseKey = (text: string): SysctlKey => {
  const key = text.replace(/^\/proc\/sys\//, '')
  if (!/[./]/.test(key) || /[\s\0-\x1f\x7f]/.test(key))
    return wrong(`\`${text}\` is not the name of a kernel variable`, example)
  const parts = /[./]/.exec(key)?.[0] === '/' ? key.split('/') : dotted(key)
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return wrong(`\`${text}\` has an empty part or a step upwards`, example)
  }
  return (perDevice(parts) ? deviceProblem(text, parts) : undefined) ?? known(parts)
}

const known = (parts: readonly string[]): SysctlKey => {
  const path = parts.join('/')
  return { ok: true, path: canonicalPath(path), shown: path.replaceAll('/', '.') }
}

const wrong = (summary: string, hint: string): SysctlKey => ({ ok: false, summary, hint })

const perDevice = ([net, family, table]: readonly string[]): boolean =>
  net === 'net' && (family === 'ipv4' || family === 'ipv6') && (table === 'conf' || table === 'neigh')

/** In dot form all between `net.ipv4.conf.` and the last dot is the interface, and a slash in it stands for a dot. */
const dotted = (key: string): string[] => {
  const parts = key.split('.').map((part) => part.replaceAll('/', '.'))
  if (!perDevice(parts) || parts.length < 5) return parts
  return [...parts.slice(0, 3), parts.slice(3, -1).join('.'), parts.at(-1) ?? '']
}

/** The interface in the path of a per-interface key; `all` and `default` are none. */
export const deviceOf = (path: string): string | undefined => {
  const parts = path.split('/')
  const device = perDevice(parts) && parts.length === 5 ? parts[3] : undefined
  return device === 'all' || device === 'default' ? undefined : device
}

// dev_valid_name in net/core/dev.c: no colon, at most 15 bytes.
const deviceProblem = (text: string, parts: readonly string[]): SysctlKey | undefined => {
  const device = parts[3] ?? ''
  if (parts.length !== 5)
    return wrong(`\`${text}\` names no interface and key`, 'write it like net.ipv4.conf.eth0.arp_ignore')
  if (device.includes(':')) {
    return wrong(`\`${device}\` is the label of an address, no interface`, `use \`${device.split(':')[0]}\``)
  }
  if (device.includes('*')) return wrong(`\`${text}\` is a pattern`, 'name `all` and `default`, or each interface')
  if (Buffer.byteLength(device) > 15)
    return wrong(`\`${device}\` is too long for an interface`, 'at most 15 characters')
  return undefined
}
