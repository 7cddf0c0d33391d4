/** Variables in layers: a map of names a source, the higher one first asked. */
import type { Binding, MapNode } from '../model/document.ts'

export type Layer = ReadonlyMap<string, Binding>

/** The names of these maps; the later map wins. */
export const layerOf = (maps: readonly MapNode[]): Layer =>
  new Map(
    maps.flatMap((map) =>
      map.entries.map(({ key, value }): [string, Binding] => [String(key.value), { kind: 'written', node: value }]),
    ),
  )

/** Are these the same as far as rendering can tell? */
export const sameBinding = (a: Binding | undefined, b: Binding | undefined): boolean => {
  if (a?.kind === 'value' && a.changing) return false
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  if (a.kind === 'written') return b.kind === 'written' && a.node === b.node
  if (a.kind === 'value') return b.kind === 'value' && a.value === b.value
  return b.kind === 'pending' && a.why === b.why
}
