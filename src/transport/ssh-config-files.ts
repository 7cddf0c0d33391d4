import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Diagnostic, Position } from '../model/document.ts'
import { type ConfigLine, readConfigLines } from './ssh-config-lines.ts'
import { type Condition, readCriteria } from './ssh-config-match.ts'
import { OTHER_NAMES, OUTLIVED, SSH_OPTIONS } from './ssh-option-table.ts'
import { matchesPattern, matchesPatterns } from './ssh-patterns.ts'
import type { Setting } from './ssh-settings.ts'

/** A run of lines that counts for a host as a whole or not at all. */
export interface Block {
  /** All of them; a block inside an included file has those of the block that includes it too. */
  readonly conditions: readonly Condition[]
  readonly settings: Setting[]
}

export interface ConfigFile {
  readonly path: string
  /** Where relative paths of Include begin. */
  readonly directory: string
  /** Nobody else may be able to write it, as ssh wants it of ~/.ssh/config. */
  readonly guarded: boolean
  /** That it is not there is a mistake. */
  readonly named: boolean
}

/** As OpenSSH's READCONF_MAX_DEPTH. */
const MOST_INCLUDES = 16

const KNOWN: ReadonlySet<string> = new Set([
  ...SSH_OPTIONS.map(({ name }) => name.toLowerCase()),
  ...Object.keys(OTHER_NAMES),
])

interface Reading {
  readonly home: string
  readonly blocks: Block[]
  readonly problems: Diagnostic[]
  /** Patterns of IgnoreUnknown, as far as lines above said. */
  ignored: readonly string[]
}

/** The blocks of these files, what they include in its place, in the order in which they count. */
export const readBlocks = (
  files: readonly ConfigFile[],
  home: string,
): { readonly blocks: readonly Block[]; readonly problems: readonly Diagnostic[] } => {
  const reading: Reading = { home, blocks: [], problems: [], ignored: [] }
  for (const file of files) readFile(file, [], 0, reading)
  return reading
}

const readFile = (file: ConfigFile, outer: readonly Condition[], depth: number, reading: Reading): void => {
  const text = textOf(file, reading.problems)
  if (text === undefined) return
  const { value: lines, problems } = readConfigLines(text, file.path)
  reading.problems.push(...problems)
  let block = open(outer, reading)
  for (const line of lines) {
    const { name, keyword, words, at } = line
    if (keyword === 'host') block = open([...outer, { kind: 'host', patterns: words }], reading)
    else if (keyword === 'match') block = open([...outer, match(line, reading)], reading)
    else if (keyword === 'include') {
      include(line, { file, conditions: block.conditions, depth }, reading)
      block = open(block.conditions, reading)
    } else if (keyword === 'ignoreunknown')
      reading.ignored = [...reading.ignored, ...(words[0] ?? '').toLowerCase().split(',')]
    else if (KNOWN.has(keyword)) block.settings.push(settingOf(line))
    else if (!OUTLIVED.includes(keyword) && !matchesPatterns(reading.ignored, keyword)) {
      const hint = `ssh would stop here too, unless a line above says IgnoreUnknown ${name}`
      reading.problems.push({ severity: 'error', summary: `ssh has no option ${name}`, at, hint })
    }
  }
}

const open = (conditions: readonly Condition[], { blocks }: Reading): Block => {
  const block: Block = { conditions, settings: [] }
  blocks.push(block)
  return block
}

const settingOf = ({ keyword, words, rest, at }: ConfigLine): Setting => ({ name: nameOf(keyword), words, rest, at })

/** As ssh_config(5) writes it, for messages. */
const nameOf = (keyword: string): string =>
  SSH_OPTIONS.find(({ name }) => name.toLowerCase() === (OTHER_NAMES[keyword] ?? keyword))?.name ?? keyword

const match = ({ words, at }: ConfigLine, { problems }: Reading): Condition => {
  const criteria = readCriteria(words)
  if (typeof criteria !== 'string') return { kind: 'match', criteria }
  problems.push({
    severity: 'error',
    summary: `Match ${words.join(' ')}: ${criteria}`,
    at,
    hint: 'ssh_config(5) lists what may stand there',
  })
  return { kind: 'host', patterns: [] }
}

interface Place {
  readonly file: ConfigFile
  readonly conditions: readonly Condition[]
  readonly depth: number
}

const include = ({ words, at }: ConfigLine, { file, conditions, depth }: Place, reading: Reading): void => {
  if (depth >= MOST_INCLUDES) {
    reading.problems.push({
      severity: 'error',
      summary: 'Include goes deeper than 16 files, maybe in a circle',
      at,
      hint: 'break the circle',
    })
    return
  }
  for (const word of words) {
    const written = withVariables(word, at, reading)
    if (written === undefined) continue
    const path = written.replace(/^~(?=\/)/, () => reading.home)
    const found = expandGlob(isAbsolute(path) ? path : join(file.directory, path))
    for (const one of found)
      readFile({ ...file, path: one, guarded: true, named: false }, conditions, depth + 1, reading)
  }
}

const withVariables = (word: string, at: Position, { problems }: Reading): string | undefined => {
  if (word.includes('\0')) {
    problems.push({
      severity: 'error',
      summary: 'Include names a path with a NUL byte',
      at,
      hint: 'is this file a text?',
    })
    return undefined
  }
  const missing = /\$\{([^}]*)\}/g
  const lacking = [...word.matchAll(missing)].find(([, name = '']) => process.env[name] === undefined)
  if (lacking === undefined) return word.replace(missing, (_, name: string) => process.env[name] ?? '')
  problems.push({
    severity: 'error',
    summary: `Include ${word}: the environment has no ${lacking[1]}`,
    at,
    hint: `export ${lacking[1]}, or write the path itself`,
  })
  return undefined
}

const textOf = ({ path, guarded, named }: ConfigFile, problems: Diagnostic[]): string | undefined => {
  try {
    const { uid, mode } = statSync(path)
    if (guarded && ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0)) {
      const summary = `${path} could be written by others: ssh does not read it either`
      problems.push({ severity: 'error', summary, hint: `chmod go-w ${path}, and let it be yours` })
      return undefined
    }
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException
    // EACCES: in a home that is another user's, as behind `setpriv` or `su -m`. ssh passes that over as well.
    const absent = code === 'ENOENT' || code === 'ENOTDIR' || (code === 'EACCES' && syscall === 'stat' && !named)
    if (absent && !named) return undefined
    const why = absent ? 'there is no such file' : message
    problems.push({
      severity: 'error',
      summary: named ? `--ssh-config ${path}: ${why}` : `${path}: ${why}`,
      hint: 'is the path right, and may you read the file?',
    })
    return undefined
  }
}

/** As glob(3), with `*` and `?`. What has no wildcard is given back, whether it is there or not. */
const expandGlob = (path: string): readonly string[] =>
  path
    .split('/')
    .reduce<readonly string[]>(
      (found, part) => {
        if (!/[*?]/.test(part)) return found.map((before) => `${before}/${part}`)
        return found.flatMap((before) => entries(`${before}/`, part).map((name) => `${before}/${name}`))
      },
      path.startsWith('/') ? [''] : ['.'],
    )
    .map((one) => one.replace(/\/+/g, '/'))

const entries = (directory: string, pattern: string): readonly string[] => {
  try {
    const names = readdirSync(directory).filter((name) => !name.startsWith('.') || pattern.startsWith('.'))
    return names.filter((name) => matchesPattern(pattern, name)).sort()
  } catch {
    return []
  }
}
