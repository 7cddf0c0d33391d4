/** How a secret may look when it is not written as it is. */

/** Shorter ones would take ordinary text with them. */
const shortest = 4
/** A line of a longer secret, or a part of an encoding, must be longer to be taken for it. */
const shortestPart = 8

/**
 * In base64 a text looks in one of three ways, by what stands before it. Of each the characters that depend on the text
 * alone.
 */
const inBase64 = (bytes: Uint8Array): readonly string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(first, last)
  })

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

/** In the safe alphabet for URLs too. */
const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_')

/** Everything outside ASCII as \uXXXX, as Python's json prints it. */
const ascii = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

const percent = (text: string): readonly string[] => {
  // A half of a pair of surrogates is no text that a URL could hold.
  if (/\p{Surrogate}/u.test(text)) return []
  const whole = encodeURIComponent(text)
  const strict = whole.replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return [
    whole,
    strict,
    whole.replaceAll('%20', '+'),
    strict.replaceAll('%20', '+'),
    strict.toLowerCase(),
    encodeURI(text),
    new URLSearchParams({ x: text }).toString().slice(2),
  ]
}

/** As a word of a shell, and of sed's or Python's messages. */
const quoted = (text: string): readonly string[] => [
  text.replaceAll("'", "'\\''"),
  text.replaceAll("'", `'"'"'`),
  text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
]

/** The secret and its encoded forms: JSON, URL, base64, hex, quoted for a shell; and each long line of a secret of several. */
export const formsOf = (secret: string): readonly string[] => {
  if (secret.length < shortest) return []
  const bytes = new TextEncoder().encode(secret)
  const lines = secret.split(/\r?\n/).filter((line) => line !== secret && line.trim().length >= shortestPart)
  const alone = Buffer.from(bytes).toString('base64').replace(/=+$/, '')
  const encoded = [
    alone,
    urlSafe(alone),
    ...inBase64(bytes),
    ...inBase64(bytes).map(urlSafe),
    Buffer.from(bytes).toString('hex'),
  ]
  const json = escaped(secret)
  return [
    ...new Set([
      secret,
      json,
      escaped(json),
      ascii(json),
      ...percent(secret),
      ...quoted(secret),
      ...quoted(json),
      ...encoded.filter((text) => text.length >= Math.min(shortestPart, secret.length)),
      ...lines.flatMap((line) => [
        line.trim(),
        escaped(line.trim()),
        ...inBase64(new TextEncoder().encode(line.trim())),
      ]),
    ]),
  ].filter((form) => form.length >= shortest)
}
