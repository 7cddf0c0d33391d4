import type { Position, ScalarNode } from '../model/document.ts'

/** Where a character of a node's text stands in its file. */
export const placeIn = (node: ScalarNode, offset: number): Position => {
  const { at, pieces } = node
  if (!pieces) return { ...at, column: at.column + (node.quoted ? 1 : 0) + offset }
  let found = pieces[0]
  for (const piece of pieces) {
    if (piece.offset > offset) break
    found = piece
  }
  return found ? { file: at.file, line: found.line, column: found.column + offset - found.offset } : at
}
