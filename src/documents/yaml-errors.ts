import type { YAMLError } from 'yaml'

interface Wording {
  readonly summary: string
  readonly hint?: string
}

const quote = 'put the whole value in quotes'

const byCode: { readonly [code: string]: Wording } = {
  TAB_AS_INDENT: { summary: 'a tab is used for indentation', hint: 'indent with spaces' },
  BAD_INDENT: { summary: 'this line is not indented as its surroundings need', hint: 'align it with its neighbours' },
  BLOCK_AS_IMPLICIT_KEY: {
    summary: 'a map cannot begin in the middle of this line',
    hint: `check the indentation, or ${quote} if it holds ": "`,
  },
  MULTILINE_IMPLICIT_KEY: {
    summary: 'a key cannot span several lines',
    hint: 'is a space missing after a ":", or is a line indented too far?',
  },
  KEY_OVER_1024_CHARS: { summary: 'a key is longer than 1024 characters', hint: 'is a quote or a line end missing?' },
  MULTIPLE_ANCHORS: { summary: 'a value can have only one anchor', hint: 'keep one' },
  MULTIPLE_TAGS: { summary: 'a value can have only one tag', hint: 'keep one' },
  BAD_ALIAS: { summary: 'an anchor or alias has no valid name', hint: `${quote} if it is text` },
  ALIAS_PROPS: { summary: 'an alias can have neither anchor nor tag', hint: quote },
  BLOCK_IN_FLOW: {
    summary: 'a comma is missing in this { } or [ ], or a text that holds ": " has no quotes',
    hint: 'separate values by commas; put a text with ": " in quotes',
  },
  BAD_COLLECTION_TYPE: { summary: 'the tag does not fit this kind of value', hint: 'remove the tag' },
  BAD_DIRECTIVE: { summary: 'this line is not a known YAML directive', hint: `${quote} if it is text` },
  BAD_PROP_ORDER: { summary: 'anchor and tag come before the value, in the same line' },
}

const byMessage: readonly (readonly [RegExp, (match: RegExpExecArray) => Wording])[] = [
  [
    /Missing closing (.)quote/,
    ([, mark]) => ({ summary: `the closing ${mark} is missing`, hint: 'close it where the text ends' }),
  ],
  [
    /Plain value cannot start with (?:reserved character |directive indicator character )?(.*)/,
    ([, what]) => ({ summary: `a value without quotes cannot begin with ${what}`, hint: quote }),
  ],
  [
    /Invalid escape sequence (.*)/,
    ([, what]) => ({
      summary: `${what} means nothing in double quotes`,
      hint: 'use single quotes, or double the backslash',
    }),
  ],
  [
    /Flow (map|sequence) in block collection/,
    ([, kind]) => ({
      summary: `the ${kind === 'map' ? '{' : '['} above is not closed`,
      hint: 'close it, or indent this line further',
    }),
  ],
  [
    /block sequence may not be used as an implicit map key/,
    () => ({
      summary: 'this list item stands where a key should be',
      hint: 'align it with the other items; is a "- " missing further up?',
    }),
  ],
  [
    /Sequence item without - indicator|All (?:sequence|collection) items must start at the same column/,
    () => ({
      summary: 'this line is indented less than the item that it belongs to',
      hint: 'align it with the lines above, or begin an item with "- "',
    }),
  ],
  [/Unexpected \S*scalar at node end/, () => ({ summary: 'there is text after the end of the value', hint: quote })],
  [
    /(?:must|expected to) end with an? (.)/i,
    ([, mark]) => ({ summary: `the closing ${mark} is missing`, hint: 'close it where it ends' }),
  ],
  [/Missing , (?:or : )?between/, () => ({ summary: 'a comma is missing before this', hint: `put one, or ${quote}` })],
  [/Unexpected (?:flow-)?(map|seq)/, () => ({ summary: 'a bracket stands where none can be', hint: quote })],
]

/** The parser's finding in our words. */
export const wordingOf = (error: YAMLError): Wording => {
  for (const [pattern, wording] of byMessage) {
    const match = pattern.exec(error.message)
    if (match) return wording(match)
  }
  const known = byCode[error.code]
  if (known) return known
  const message = error.message.split('\n')[0] ?? ''
  return {
    summary: `this is not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    hint: 'look at this line and the one above it',
  }
}
