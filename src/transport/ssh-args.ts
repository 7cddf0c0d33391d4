import type { Checked, Diagnostic } from '../model/document.ts'
import { readOption, type SshOptions } from './ssh-options.ts'

/** Short options that say the same as an `-o`. */
const SHORT: Record<string, string> = { i: 'IdentityFile', l: 'User', p: 'Port', J: 'ProxyJump' }

/** Reads `ansible_ssh_common_args`; like OpenSSH, the first of several equal options counts, but identity files add up. */
export const readSshArgs = (text: string): Checked<SshOptions> => {
  const words = splitWords(text)
  if (words === undefined) return { value: {}, problems: [error('a quote is not closed')] }
  const problems: Diagnostic[] = []
  let value: SshOptions = {}
  const take = (name: string, values: readonly string[]): void => {
    const { options, problem } = readOption(name, values)
    if (problem !== undefined) problems.push(problem)
    const identityFiles = [...(value.identityFiles ?? []), ...(options.identityFiles ?? [])]
    value = { ...options, ...value, ...(identityFiles.length > 0 && { identityFiles }) }
  }
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [, flag, glued] = /^-([oilpJ])(.*)$/s.exec(word) ?? []
    if (flag === undefined) {
      problems.push(error(`${word} is not supported`, 'write it as -o Name=value, if it is a supported option'))
      continue
    }
    const argument = glued !== '' ? (glued ?? '') : (words[++index] ?? '')
    if (argument === '') {
      problems.push(error(`-${flag} has no value`))
      continue
    }
    const name = SHORT[flag]
    if (name !== undefined) take(name, [argument])
    else take(...splitOption(argument))
  }
  return { value, problems }
}

/** `Name=value`, `Name = value` or `Name value`. */
const splitOption = (argument: string): [name: string, values: readonly string[]] => {
  const [, name = argument, rest = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(argument) ?? []
  return [name.trim(), splitWords(rest.trim()) ?? [rest]]
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
