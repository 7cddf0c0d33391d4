/** YAML text as PyYAML lays it out, which is what `to_yaml` and `to_nice_yaml` give in Ansible. */
import type { Value } from '../model/document.ts'
import { type Inner, isList, isMap, type MapValue, used } from './values.ts'
import { mark, type Page, toIndent, writeDouble, writePlain, writeSingle, type YamlStyle } from './yaml-page.ts'
import { type ScalarContext, scalarStyle } from './yaml-scalars.ts'

/** Around a node. `indent` is undefined at the top. */
interface Around extends ScalarContext {
  readonly indent: number | undefined
  readonly inMap: boolean
}

/** The document of a value, with its last line end. */
export const yamlOf = (value: Inner, style: YamlStyle): string => {
  const page: Page = { style, parts: [], column: 0, blank: true, indenting: true }
  writeNode(page, used(value), { indent: undefined, inMap: false, flow: false, key: false })
  return `${page.parts.join('')}\n`
}

const deeper = ({ style }: Page, indent: number | undefined, flow: boolean): number =>
  indent === undefined ? (flow ? style.indent : 0) : indent + style.indent

const isScalar = (value: Value): boolean => !isList(value) && !isMap(value)

const inFlow = ({ style }: Page, items: readonly Value[], around: Around): boolean =>
  around.flow || items.length === 0 || style.flow === 'all' || (style.flow === 'leaves' && items.every(isScalar))

const keysOf = ({ style }: Page, map: MapValue): readonly string[] =>
  style.sortKeys ? Object.keys(map).sort() : Object.keys(map)

const writeNode = (page: Page, value: Value, around: Around): void => {
  if (isList(value)) {
    if (inFlow(page, value, around))
      writeFlow(
        page,
        '[]',
        value.map((item) => ({ item })),
        around,
      )
    else writeList(page, value, around)
  } else if (isMap(value)) {
    const entries = keysOf(page, value).map((key) => ({ key, item: used(value[key] ?? null) }))
    if (inFlow(page, Object.values(value), around)) writeFlow(page, '{}', entries, around)
    else writeMap(page, entries, around)
  } else writeScalar(page, value, around)
}

const writeList = (page: Page, items: readonly Value[], around: Around): void => {
  // Below a key the dashes stand at the key's own indent.
  const indent = around.inMap && !page.indenting ? (around.indent ?? 0) : deeper(page, around.indent, false)
  for (const item of items) {
    toIndent(page, indent)
    mark(page, '-', { spaced: true, keeps: true })
    writeNode(page, used(item), { indent, inMap: false, flow: false, key: false })
  }
}

interface Entry {
  readonly key?: string
  readonly item: Value
}

const writeMap = (page: Page, entries: readonly Entry[], around: Around): void => {
  const indent = deeper(page, around.indent, false)
  for (const { key = '', item } of entries) {
    toIndent(page, indent)
    writeEntry(page, { key, item }, { indent, inMap: true, flow: false, key: false })
  }
}

const maxKey = 128

const writeEntry = (page: Page, { key = '', item }: Entry, around: Around): void => {
  const simple = key.length < maxKey && !key.includes('\n')
  if (simple) writeScalar(page, key, { ...around, key: true })
  else {
    mark(page, '?', { spaced: true, keeps: true })
    writeScalar(page, key, around)
    toIndent(page, around.indent)
  }
  mark(page, ':', { spaced: !simple, keeps: !simple })
  writeNode(page, item, around)
}

const writeFlow = (page: Page, brackets: '[]' | '{}', entries: readonly Entry[], around: Around): void => {
  const indent = deeper(page, around.indent, true)
  mark(page, brackets.charAt(0), { spaced: true, blank: true })
  for (const [index, entry] of entries.entries()) {
    if (index > 0) mark(page, ',', { spaced: false })
    if (page.column > page.style.width) toIndent(page, indent)
    const inner = { indent, inMap: brackets === '{}', flow: true, key: false }
    if (entry.key === undefined) writeNode(page, used(entry.item), inner)
    else writeEntry(page, entry, inner)
  }
  mark(page, brackets.charAt(1), { spaced: false })
}

const numberText = (value: number): string => {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = String(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}

const writeScalar = (page: Page, value: Value, around: Around): void => {
  const indent = deeper(page, around.indent, true)
  if (typeof value !== 'string') {
    writePlain(page, typeof value === 'number' ? numberText(value) : String(value), { indent, splits: false })
    return
  }
  const style = scalarStyle(value, around)
  const how = { indent, splits: !around.key }
  if (style === 'plain') writePlain(page, value, how)
  else if (style === 'single') writeSingle(page, value, how)
  else writeDouble(page, value, how)
}
