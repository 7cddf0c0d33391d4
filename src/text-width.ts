import stringWidth from 'string-width'

const colours = /\u001b\[[\d;]*m/g
/** One column each, in every terminal: ASCII, and the signs that our own lines are made with: · … → ✔ ✖ */
const plain = /^[ -~\u00b7\u2026\u2192\u2714\u2716]*$/

/**
 * Columns of a text on a terminal; colours take none. string-width asks the tables of Unicode, which are loaded with the
 * first text that needs them: that takes longer than ten hosts.
 */
export const textWidth = (text: string): number => {
  const bare = text.replace(colours, '')
  return plain.test(bare) ? bare.length : stringWidth(bare)
}
