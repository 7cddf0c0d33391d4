import { createHash, getHashes } from 'node:crypto'
import { fault } from '../fault.ts'
import { exactText, flagFrom, numberFrom, type Operations, on, onText, textFrom } from '../filter.ts'
import { parseJson } from '../json.ts'
import { jsonOf, textOf } from '../python-text.ts'
import { capitalize, centered, splitText, titleCase, trim } from '../text.ts'
import { formatPercent } from '../text-format.ts'

const jsonFilter = (indent: number) =>
  on('indent sort_keys ensure_ascii *', (value, [width, sorted, ascii]) =>
    jsonOf(value, {
      indent: width === undefined ? indent : numberFrom(width),
      sortKeys: flagFrom(sorted, indent > 0),
      asciiOnly: flagFrom(ascii, true),
    }),
  )

const safeWord = /^[A-Za-z0-9_@%+=:,./-]+$/

const digest = (name: string, text: string): string => createHash(name).update(text).digest('hex')

/** Ansible's own name space for `to_uuid`. */
const ansibleSpace = '361E6D51-FAEC-444A-9079-341386DA8E2E'

/** A UUID of version 5: made of a name, always the same. */
const uuidOf = (name: string, space = ansibleSpace): string => {
  const bytes = Buffer.from(space.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) throw fault(`"${space}" is no UUID`)
  const hash = createHash('sha1').update(bytes).update(name).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

const htmlSafe = on('', (value) => textOf(value).replace(/[&<>"']/g, (character) => entities[character] ?? character))

const urlDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw fault(`"${text}" is not URL-encoded UTF-8`)
  }
}

const comments: { readonly [style: string]: readonly [string, string, string] } = {
  plain: ['#', '# ', '#'],
  erlang: ['%', '% ', '%'],
  c: ['//', '// ', '//'],
  cblock: ['/*\n *', ' * ', ' *\n */'],
  xml: ['<!--\n -', ' - ', ' -\n-->'],
}

/** Each line behind the mark of a comment, with an empty one before and after. */
const commented = (text: string, style: string): string => {
  const marks = Object.hasOwn(comments, style) ? comments[style] : undefined
  if (!marks) throw fault(`unknown style of comment "${style}"`, `it is one of ${Object.keys(comments).join(', ')}`)
  const [before, each, after] = marks
  const lines = text.split('\n').map((line) => `${each}${line}`)
  return [before, ...lines, after].join('\n')
}

/** Shortens at a word, and puts `end` there; `leeway` characters more are let be. */
const truncated = (text: string, length: number, [kill, end, leeway]: readonly [boolean, string, number]): string => {
  if (text.length <= length + leeway) return text
  const cut = text.slice(0, Math.max(0, length - end.length))
  if (kill) return cut + end
  const space = cut.lastIndexOf(' ')
  return (space === -1 ? cut : cut.slice(0, space)) + end
}

export const textFilters: Operations = {
  string: on('', (value) => textOf(value)),
  lower: on('', (value) => textOf(value).toLowerCase()),
  upper: on('', (value) => textOf(value).toUpperCase()),
  capitalize: on('', (value) => capitalize(textOf(value))),
  title: on('', (value) => titleCase(textOf(value))),
  trim: on('chars', (value, [chars]) => trim(textOf(value), chars === undefined ? undefined : textFrom(chars))),
  replace: on('old new count', (value, [old, fresh, count]) => {
    const parts = textOf(value).split(textFrom(old))
    const kept =
      count === undefined || count === null ? parts.length - 1 : Math.min(numberFrom(count), parts.length - 1)
    const head = parts.slice(0, kept + 1).join(textFrom(fresh))
    return [head, ...parts.slice(kept + 1)].join(textFrom(old))
  }),
  split: onText('sep maxsplit', (text, [separator, most]) =>
    splitText(
      text,
      separator === undefined || separator === null ? undefined : textFrom(separator),
      most === undefined ? -1 : numberFrom(most),
    ),
  ),
  indent: onText('width first blank', (text, [width, first, blank]) => {
    const pad =
      typeof width === 'string' ? width : ' '.repeat(width === undefined ? 4 : Math.min(numberFrom(width), 1000))
    return text
      .split('\n')
      .map((line, index) =>
        (index === 0 && !flagFrom(first)) || (line === '' && !flagFrom(blank)) ? line : pad + line,
      )
      .join('\n')
  }),
  center: onText('width', (text, [width]) => centered(text, width === undefined ? 80 : numberFrom(width))),
  wordcount: on('', (value) => (textOf(value).match(/\w+/gu) ?? []).length),
  truncate: onText('length killwords end leeway', (text, [length, kill, end, leeway]) =>
    truncated(text, length === undefined ? 255 : numberFrom(length), [
      flagFrom(kill),
      end === undefined ? '...' : textFrom(end),
      leeway === undefined || leeway === null ? 5 : numberFrom(leeway),
    ]),
  ),
  escape: htmlSafe,
  e: htmlSafe,
  comment: onText('style', (text, [style]) => commented(text, style === undefined ? 'plain' : textFrom(style))),
  format: onText('*', (text, given) => formatPercent(text, given)),
  to_json: jsonFilter(0),
  tojson: jsonFilter(0),
  to_nice_json: jsonFilter(4),
  from_json: on('', (value) => parseJson(exactText(value))),
  b64encode: onText('', (text) => Buffer.from(text, 'utf8').toString('base64')),
  b64decode: onText('', (text) => Buffer.from(text, 'base64').toString('utf8')),
  hash: onText('hashtype', (text, [type]) => {
    const name = type === undefined ? 'sha1' : textFrom(type)
    if (!getHashes().includes(name)) throw fault(`unknown hash "${name}"`, 'sha256 and sha512 are common')
    return digest(name, text)
  }),
  md5: onText('', (text) => digest('md5', text)),
  sha1: onText('', (text) => digest('sha1', text)),
  checksum: onText('', (text) => digest('sha1', text)),
  to_uuid: on('namespace', (value, [space]) =>
    uuidOf(textOf(value), space === undefined ? undefined : textFrom(space)),
  ),
  quote: on('', (value) => {
    const text = textOf(value)
    return safeWord.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`
  }),
  urldecode: onText('', (text) => urlDecoded(text)),
  urlencode: onText('', (text) => encodeURIComponent(text).replaceAll('%2F', '/')),
}
