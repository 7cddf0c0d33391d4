import type { Source } from '../model/task-type.ts'

/**
 * Every key of every interface, with what /sys says of the devices, by one process. The answer stays text: a lookup is one
 * search in a few kilobytes, which costs less than taking it apart for every host. grep ends with 1 or 2 when a file
 * cannot be read; what it could read is in the answer all the same.
 */
const script = (folder: string, more: string): string => `cd ${folder} && exec grep -sH '' -- */*${more}`

/** All of net/ipv4/conf, ip_forward, and flags and type of every device. */
export const confSource: Source = {
  key: 'conf:4',
  command: [
    'sh',
    '-c',
    script('/proc/sys/net/ipv4/conf', ' ../ip_forward /sys/class/net/*/flags /sys/class/net/*/type'),
  ],
}

/** All of net/ipv6/conf; asked only where a key needs it. */
export const conf6Source: Source = { key: 'conf:6', command: ['sh', '-c', script('/proc/sys/net/ipv6/conf', '')] }

/** The value in the line `NAME:value`, blanks collapsed; undefined without such a line. */
export const lookUp = (snapshot: string, name: string): string | undefined => {
  const start = snapshot.startsWith(`${name}:`) ? 0 : snapshot.indexOf(`\n${name}:`) + 1
  if (start === 0 && !snapshot.startsWith(`${name}:`)) return undefined
  const end = snapshot.indexOf('\n', start)
  return collapseBlanks(snapshot.slice(start + name.length + 1, end < 0 ? undefined : end))
}

/** Blanks as the kernel means them: one between two values, none around. */
export const collapseBlanks = (text: string): string => text.trim().replace(/\s+/g, ' ')
