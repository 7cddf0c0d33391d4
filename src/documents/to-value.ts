import type { DocNode, Value } from '../model/document.ts'

/** The plain value of a node, nothing rendered or decrypted. Maps are null-prototype objects in the order written. */
export const toValue = (node: DocNode): Value => {
  if (node.kind === 'scalar') return node.sealed ? { __ansible_vault: String(node.value) } : node.value
  if (node.kind === 'list') return node.items.map(toValue)
  const map: { [key: string]: Value } = Object.create(null)
  for (const { key, value } of node.entries) map[String(key.value)] = toValue(value)
  return map
}
