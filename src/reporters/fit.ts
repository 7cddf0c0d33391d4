import cliTruncate from 'cli-truncate'
import { textWidth } from '../text-width.ts'

/** cli-truncate and a terminal differ on the width of some joined characters: it is cut until it fits. */
export const fit = (line: string, columns: number): string => {
  let cut = cliTruncate(line, columns)
  let width = columns
  for (let over = textWidth(cut) - columns; over > 0 && width > 0; over = textWidth(cut) - columns) {
    width -= over
    cut = width > 0 ? cliTruncate(line, width) : ''
  }
  return cut
}
