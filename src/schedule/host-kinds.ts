/** What makes hosts differ: a variable that is bound otherwise on one than on another. */
import type { Binding, DocNode } from '../model/document.ts'
import { printedText } from '../template/render.ts'

/** By index in a list of hosts: equal numbers where they are alike. Undefined: all of them are. */
export type Kinds = Int32Array | undefined

/** The same words on the lines of many hosts mean the same, unless they are a template. */
const plainText = (node: DocNode): string | undefined =>
  node.kind === 'scalar' && !/\{[{%#]/.test(node.source)
    ? `${typeof node.value} ${node.quoted} ${node.source}`
    : undefined

/** A number for each different key, counted over several maps. */
const createNumbers = () => {
  let count = 0
  return {
    count: () => count,
    of: (map: Map<unknown, number>, key: unknown): number => {
      const known = map.get(key)
      if (known !== undefined) return known
      map.set(key, count)
      return count++
    },
  }
}

/** Hosts are alike where the name is bound alike. */
export const kindsOf = (bindings: readonly (Binding | undefined)[]): Kinds => {
  const [nodes, texts, values, pending] = [new Map(), new Map(), new Map(), new Map()]
  const numbers = createNumbers()
  const written = (node: DocNode): number => {
    const known = nodes.get(node)
    if (known !== undefined) return known
    const text = plainText(node)
    const number = text === undefined ? numbers.of(nodes, node) : numbers.of(texts, text)
    nodes.set(node, number)
    return number
  }
  const kinds = Int32Array.from(bindings, (binding) => {
    if (binding?.kind === 'written') return written(binding.node)
    if (binding?.kind === 'value') return numbers.of(values, binding.value)
    return numbers.of(pending, binding && `${binding.why} ${binding.fields}`)
  })
  return numbers.count() < 2 ? undefined : kinds
}

/** Hosts are alike where a text of the same length would be printed. Whoever has no such text is looked at as bound. */
export const printedKindsOf = (bindings: readonly (Binding | undefined)[]): Kinds => {
  const lengths = new Map<unknown, number>()
  const numbers = createNumbers()
  const kinds = Int32Array.from(bindings, (binding) => numbers.of(lengths, (binding && printedText(binding))?.length))
  return numbers.count() < 2 ? undefined : kinds
}
