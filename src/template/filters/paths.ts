import { posix } from 'node:path'
import { fault } from '../fault.ts'
import { type Operations, on, onText, textFrom } from '../filter.ts'
import { itemsOf } from '../values.ts'

/** As Python does it: two slashes at the start stay two. */
const normalized = (text: string): string => {
  const path = posix.normalize(text).replace(/(.)\/+$/, '$1')
  return /^\/\/(?!\/)/.test(text) ? `/${path}` : path
}

/** Paths as text: nothing of the file system is looked at. */
export const pathFilters: Operations = {
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
  normpath: onText('', (text) => normalized(text)),
  path_join: on('', (value) => {
    const parts = typeof value === 'string' ? [value] : itemsOf(value).map(textFrom)
    return parts.reduce(
      (path, part) => (part.startsWith('/') || path === '' ? part : `${path.replace(/\/$/, '')}/${part}`),
      '',
    )
  }),
  relpath: onText('start', (text, [start]) => {
    const from = start === undefined ? undefined : textFrom(start)
    if (from === undefined || !text.startsWith('/') || !from.startsWith('/'))
      throw fault('relpath needs two absolute paths', "write it as path | relpath('/from/where')")
    return posix.relative(from, text) || '.'
  }),
}
