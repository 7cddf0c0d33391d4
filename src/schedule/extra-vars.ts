/** --extra-vars: `k=v k2="a b"`, YAML or JSON text, or a file. */
import { readFileSync } from 'node:fs'
import { createKeyring, type Keyring, readWithKeyring } from '../documents/keyring.ts'
import { checkVariableName } from '../documents/playbook-fields.ts'
import { parseYaml } from '../documents/yaml.ts'
import type { Checked, Diagnostic, MapEntry, MapNode, Position, ScalarNode } from '../model/document.ts'

const option = '--extra-vars'

const scalar = (text: string, at: Position): ScalarNode => ({
  kind: 'scalar',
  at,
  value: text,
  source: text,
  quoted: true,
})

const wrong = (summary: string, at: Position | undefined, hint: string): Diagnostic => ({
  severity: 'error',
  summary,
  ...(at !== undefined && { at }),
  hint,
})

interface Word {
  readonly text: string
  readonly column: number
}

/** Splits as a shell does: blanks part words; quotes, backslashes and {{ }} keep them together. Nothing: a quote stays open. */
const splitWords = (text: string): readonly Word[] | undefined => {
  const words: Word[] = []
  const pattern = /\s*((?:\{\{.*?\}\}|[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/sy
  let at = 0
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    const raw = found?.[1]
    if (raw === undefined) return undefined
    words.push({ text: unquote(raw), column: pattern.lastIndex - raw.length + 1 })
    at = pattern.lastIndex
  }
  return words
}

const unquote = (raw: string): string =>
  raw.replace(
    /(\{\{.*?\}\})|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
    (_, template?: string, double?: string, single?: string, escaped?: string) =>
      template ?? double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '',
  )

const readPairs = (text: string): Checked<MapNode | undefined> => {
  const start = { file: option, line: 1, column: 1 }
  const words = splitWords(text)
  if (words === undefined)
    return {
      value: undefined,
      problems: [
        wrong(`a quote stays open in ${option} ${text}`, start, 'quote the whole of it for the shell, then the values'),
      ],
    }
  const problems: Diagnostic[] = []
  const entries = new Map<string, MapEntry>()
  for (const { text: word, column } of words) {
    const at = { ...start, column }
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    if (equals < 0)
      problems.push(wrong(`\`${word}\` in ${option} has no value`, at, 'write name=value, or @FILE for a file'))
    else
      entries.set(name, {
        key: scalar(name, at),
        value: scalar(word.slice(equals + 1), { ...at, column: column + equals + 1 }),
      })
  }
  return { value: { kind: 'map', at: start, entries: [...entries.values()] }, problems }
}

const readYaml = (text: string, file: string): Checked<MapNode | undefined> => {
  const { value, problems } = parseYaml(text, file, 'data')
  if (value === undefined || (value.kind === 'scalar' && value.value === null)) return { value: undefined, problems }
  if (value.kind === 'map') return { value, problems }
  return {
    value: undefined,
    problems: [...problems, wrong('extra variables must be a map', value.at, 'write `name: value`')],
  }
}

const readFile = (path: string, keyring: Keyring): Checked<MapNode | undefined> => {
  try {
    return readWithKeyring({ text: readFileSync(path, 'utf8'), file: path }, keyring, readYaml)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a directory'
          : `it cannot be read (${code})`
    return {
      value: undefined,
      problems: [
        wrong(`${option} @${path}: ${why}`, undefined, 'the path after @ is relative to the current directory'),
      ],
    }
  }
}

/**
 * One value of --extra-vars. Values of `k=v` are text, as in Ansible; YAML and JSON keep their types.
 * Reads the file that `@file` names. Nothing, when there is nothing in it.
 */
export const parseExtraVars = (text: string, keyring: Keyring = createKeyring([])): Checked<MapNode | undefined> => {
  const trimmed = text.trim()
  if (trimmed === '') return { value: undefined, problems: [] }
  const read = trimmed.startsWith('@')
    ? readFile(trimmed.slice(1), keyring)
    : /^[{[]/.test(trimmed) || (!/^\w+=/.test(trimmed) && /:(\s|$)/.test(trimmed))
      ? readYaml(trimmed, option)
      : readPairs(trimmed)
  const problems = [...read.problems]
  for (const { key } of read.value?.entries ?? [])
    checkVariableName(String(key.value), key.at, (problem) => problems.push(problem))
  return { value: read.value, problems }
}
