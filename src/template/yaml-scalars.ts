/** How PyYAML writes a text as a YAML scalar: plain where that reads back as the same text, else quoted. */

const implicit: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
  /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^(?:<<|=|~|null|Null|NULL|)$/,
  /^\d{4}-\d\d-\d\d$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
]

export type ScalarStyle = 'plain' | 'single' | 'double'

/** Where the scalar stands: within [ ] or { }, and as a key. */
export interface ScalarContext {
  readonly flow: boolean
  readonly key: boolean
}

const lineBreak = /[\n\u0085\u2028\u2029]/
const special =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/

/** Reads as an indicator anywhere. */
const indicatesAlways = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[\s\0]|$))|:(?:[\s\0]|$)|[\s\0]#/
/** Reads as an indicator within [ ] or { }. */
const indicatesInFlow = /^[?:]|^.+[,?[\]{}:]/s

/** The style that PyYAML chooses. */
export const scalarStyle = (text: string, { flow, key }: ScalarContext): ScalarStyle => {
  const breaks = lineBreak.test(text)
  const quotedOnly =
    /^[ \n\u0085\u2028\u2029]|[ \n\u0085\u2028\u2029]$/.test(text) ||
    breaks ||
    special.test(text) ||
    indicatesAlways.test(text)
  const ambiguous = implicit.some((pattern) => pattern.test(text))
  if (!ambiguous && !quotedOnly && text !== '' && !(flow && indicatesInFlow.test(text))) return 'plain'
  const blankAtBreak = /[\n\u0085\u2028\u2029] | [\n\u0085\u2028\u2029]/.test(text)
  return special.test(text) || blankAtBreak || (key && breaks) ? 'double' : 'single'
}

const escapes: { readonly [character: string]: string } = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\u000b': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

/** A character as it stands between double quotes. */
export const escapedCharacter = (character: string): string => {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  const printable =
    (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd)
  if (printable && code !== 0xfeff) return character
  if (code <= 0xff) return `\\x${hex(code, 2)}`
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

const hex = (code: number, width: number): string => code.toString(16).toUpperCase().padStart(width, '0')
