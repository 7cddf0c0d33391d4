import { createHash, getHashes } from 'node:crypto'
import { fault } from '../fault.ts'
import { flagFrom, numberFrom, type Operations, on, onText, textFrom } from '../filter.ts'
import { parseJson } from '../json.ts'
import { jsonOf, textOf } from '../python-text.ts'
import { capitalize, splitText, titleCase, trim } from '../text.ts'
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
  format: onText('*', (text, given) => formatPercent(text, given)),
  to_json: jsonFilter(0),
  tojson: jsonFilter(0),
  to_nice_json: jsonFilter(4),
  from_json: onText('', (text) => parseJson(text)),
  b64encode: onText('', (text) => Buffer.from(text, 'utf8').toString('base64')),
  b64decode: onText('', (text) => Buffer.from(text, 'base64').toString('utf8')),
  hash: onText('hashtype', (text, [type]) => {
    const name = type === undefined ? 'sha1' : textFrom(type)
    if (!getHashes().includes(name)) throw fault(`unknown hash "${name}"`, 'sha256 and sha512 are common')
    return createHash(name).update(text).digest('hex')
  }),
  quote: on('', (value) => {
    const text = textOf(value)
    return safeWord.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`
  }),
  urlencode: onText('', (text) => encodeURIComponent(text).replaceAll('%2F', '/')),
  basename: onText('', (text) => text.slice(text.lastIndexOf('/') + 1)),
  dirname: onText('', (text) => {
    const head = text.slice(0, text.lastIndexOf('/') + 1)
    return /^\/+$/.test(head) ? head : head.replace(/\/+$/, '')
  }),
  splitext: onText('', (text) => {
    const dot = text.lastIndexOf('.')
    const name = text.lastIndexOf('/') + 1
    return dot > name && /[^.]/.test(text.slice(name, dot)) ? [text.slice(0, dot), text.slice(dot)] : [text, '']
  }),
}
