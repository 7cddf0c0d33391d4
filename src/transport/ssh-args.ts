import type { Checked, Diagnostic } from '../model/document.ts'
import { splitConfigWords } from './ssh-config-lines.ts'
import { OTHER_NAMES, SSH_OPTIONS } from './ssh-option-table.ts'
import { type Setting, type Settings, settingsOf } from './ssh-settings.ts'

/** Short options that say the same as an `-o`. */
const SHORT: Readonly<Record<string, string>> = {
  b: 'BindAddress',
  B: 'BindInterface',
  c: 'Ciphers',
  i: 'IdentityFile',
  J: 'ProxyJump',
  l: 'User',
  m: 'MACs',
  p: 'Port',
  P: 'Tag',
}
/** The same, without an argument. */
const SWITCHES: Readonly<Record<string, readonly [name: string, value: string]>> = {
  4: ['AddressFamily', 'inet'],
  6: ['AddressFamily', 'inet6'],
  A: ['ForwardAgent', 'yes'],
  a: ['ForwardAgent', 'no'],
  C: ['Compression', 'yes'],
  K: ['GSSAPIAuthentication', 'yes'],
  q: ['LogLevel', 'QUIET'],
  T: ['RequestTTY', 'no'],
  v: ['LogLevel', 'DEBUG'],
  x: ['ForwardX11', 'no'],
  X: ['ForwardX11', 'yes'],
}

/** Other options of ssh(1) that are followed by an argument. */
const WITH_ARGUMENT = /[DEeFILOQRSWw]/

/** Reads `ansible_ssh_common_args`; like OpenSSH, the first of several equal options counts, but identity files add up. */
export const readSshArgs = (text: string, from = 'ansible_ssh_common_args'): Checked<Settings> => {
  const words = splitWords(text)
  const problems: Diagnostic[] = []
  const settings: Setting[] = []
  if (words === undefined) return { value: new Map(), problems: [error('a quote is not closed')] }
  const take = (setting: Setting): void => {
    const problem = refusal(setting)
    if (problem === undefined) settings.push({ ...setting, from })
    else problems.push(problem)
  }
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [, flag = '', glued = ''] = /^-(.)(.*)$/s.exec(word) ?? []
    if (flag in SWITCHES) {
      for (const letter of `${flag}${glued}`) {
        const [name, value] = SWITCHES[letter] ?? []
        if (name === undefined || value === undefined) problems.push(error(`${word} is not supported`))
        else take({ name, words: [value], rest: value })
      }
      continue
    }
    const name = SHORT[flag]
    if (name === undefined && flag !== 'o') {
      const hint =
        flag === 'F'
          ? 'name it on the command line: --ssh-config FILE'
          : 'write it as -o Name=value, if it is a supported option'
      problems.push(error(`${word} is not supported`, hint))
      if (glued === '' && WITH_ARGUMENT.test(flag)) index++
      continue
    }
    const argument = glued !== '' ? glued : (words[++index] ?? '')
    if (argument === '') problems.push(error(`-${flag} has no value`))
    else take(name === undefined ? splitOption(argument) : { name, words: [argument], rest: argument })
  }
  return { value: settingsOf(settings), problems }
}

/** Off is what they are here anyway. */
const isOff = ({ words: [value = ''] }: Setting): boolean => /^(no|none|false)$/i.test(value)

const refusal = (setting: Setting): Diagnostic | undefined => {
  const lower = setting.name.toLowerCase()
  if (setting.words.length === 0) return error(`${setting.name} has no value`)
  const option = SSH_OPTIONS.find(({ name }) => name.toLowerCase() === (OTHER_NAMES[lower] ?? lower))
  if (option === undefined || /^(host|match|include)$/.test(lower))
    return error(`ssh has no option ${setting.name}`, 'ssh_config(5) lists them')
  if (option.handling === 'ignored' && !isOff(setting))
    return error(`ssh option ${option.name} is not supported: ${option.why}`, 'docs/ssh.md lists what is')
  return undefined
}

/** `Name=value`, `Name = value` or `Name value`. */
const splitOption = (argument: string): Setting => {
  const [, name = argument, rest = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(argument) ?? []
  return { name: name.trim(), words: splitConfigWords(rest.trim()) ?? [rest], rest: rest.trim() }
}

/** Words as a POSIX shell would split them, without expansion. Undefined: a quote is left open. */
export const splitWords = (text: string): readonly string[] | undefined => {
  const words: string[] = []
  const part = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|([\s\S])/g
  let word: string | undefined
  for (const [all, single, double, escaped, bare, broken] of text.matchAll(part)) {
    if (broken !== undefined) return undefined
    const piece = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare
    if (piece !== undefined) word = (word ?? '') + piece
    else if (/^\s/.test(all) && word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

const error = (summary: string, hint?: string): Diagnostic => ({
  severity: 'error',
  summary,
  ...(hint !== undefined && { hint }),
})
