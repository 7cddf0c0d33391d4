/** C0 and C1 controls, DEL, and the marks that turn the direction of text: never sent to a terminal as they are. */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that may come from a host, safe for a terminal: controls are shown as `\x1b`; newline and tab stay. */
export const printable = (text: string): string =>
  text.replace(unsafe, (char) => {
    const code = char.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })

/** The same on one line; a tab has no width of its own and becomes a space. */
export const oneLine = (text: string): string =>
  printable(
    text
      .trim()
      .replace(/\s*\n\s*/g, ' ⏎ ')
      .replaceAll('\t', ' '),
  )

/** Names of hosts, the first few of them. */
export const someNames = (names: readonly string[], most = 5): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`

export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** What check mode is, and which tasks a playbook has carried out in it all the same. */
export const checkMode = (carriedOut = 0): string =>
  carriedOut === 0
    ? 'check mode: nothing is written on any host'
    : `check mode: nothing is written on any host but by ${plural(carriedOut, 'task')} with check_mode: false`
