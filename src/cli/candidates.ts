/** What can stand in place of the last word of a command line. */
import type { Command, Option } from 'commander'

export interface Candidate {
  /** `:files`: the shell itself knows names of files. */
  readonly word: string
  readonly about: string
}

const files: readonly Candidate[] = [{ word: ':files', about: '' }]

const plain = (words: Iterable<string>): readonly Candidate[] => [...words].map((word) => ({ word, about: '' }))

/** Where the words come from that only the project knows. */
type Source = (words: readonly string[]) => Promise<readonly Candidate[]>

const inventoryOf = async (words: readonly string[]) => {
  const { readInventory } = await import('../inventory/read.ts')
  const paths = words.flatMap((word, at) => (word === '-i' || word === '--inventory' ? (words[at + 1] ?? []) : []))
  return (await readInventory(paths.length > 0 ? paths : ['inventory'], { playbookDirectories: [] })).value
}

const hosts: Source = async (words) => plain((await inventoryOf(words)).hosts.keys())

const hostsAndGroups: Source = async (words) => {
  const { groups, hosts: known } = await inventoryOf(words)
  return [...[...groups.keys()].map((word) => ({ word, about: 'a group' })), ...plain(known.keys())]
}

const references: Source = async () => {
  const { taskTypes } = await import('../tasks/index.ts')
  return [...taskTypes.values()].map(({ name, summary }) => ({ word: name, about: summary.replaceAll('`', '') }))
}

const ofOption: Readonly<Record<string, Source>> = { '--limit': hostsAndGroups, '--host': hosts }
const ofArgument: Readonly<Record<string, Source>> = {
  task: references,
  playbook: async () => files,
  dir: async () => files,
  host: hosts,
  pattern: hostsAndGroups,
}

const isFile = ({ flags }: Option): boolean => /<(?:path|file|dir|vars)>/.test(flags)

const optionCalled = ({ options }: Command, word: string | undefined): Option | undefined =>
  options.find(({ long, short }) => word === long || word === short)

const takesValue = ({ required, optional }: Option): boolean => required || optional

const valuesOf = async (option: Option, words: readonly string[]): Promise<readonly Candidate[]> => {
  if (option.argChoices) return plain(option.argChoices)
  const source = ofOption[option.long ?? '']
  if (source !== undefined) return source(words)
  return isFile(option) ? files : []
}

const visible = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')

const optionsOf = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }))

/** The command that the words lead to, and how many plain words follow it. */
const commandAt = (root: Command, words: readonly string[]): { readonly command: Command; readonly plain: number } => {
  let command = root
  let count = 0
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const option = optionCalled(command, word)
    if (option !== undefined) {
      if (takesValue(option)) at++
      continue
    }
    if (word.startsWith('-')) continue
    const next = count === 0 ? command.commands.find((each) => each.name() === word) : undefined
    if (next === undefined) count++
    else command = next
  }
  return { command, plain: count }
}

/** bash parts `--output=json` into three words. */
const joined = (words: readonly string[]): readonly string[] => {
  const last = words.at(-1) ?? ''
  if (last === '=') return [...words.slice(0, -1), '']
  return words.at(-2) === '=' ? [...words.slice(0, -2), last] : words
}

const ofPlace = async (root: Command, before: readonly string[], last: string): Promise<readonly Candidate[]> => {
  const { command, plain: count } = commandAt(root, before)
  const option = optionCalled(command, before.at(-1))
  if (option !== undefined && takesValue(option)) return valuesOf(option, before)
  if (last.startsWith('-')) return optionsOf(command)
  if (command.commands.length > 0 && count === 0)
    return visible(command).map((each) => ({ word: each.name(), about: each.description() }))
  const argument = command.registeredArguments.at(Math.min(count, command.registeredArguments.length - 1))
  if (argument === undefined || (count >= command.registeredArguments.length && !argument.variadic)) return []
  if (argument.argChoices) return plain(argument.argChoices)
  return (await ofArgument[argument.name()]?.(before)) ?? []
}

/** @param words  behind `ipvs-play`, the last as far as it is typed */
export const candidatesFor = async (root: Command, words: readonly string[]): Promise<readonly Candidate[]> => {
  const all = joined(words)
  const last = all.at(-1) ?? ''
  // fish and zsh leave `--output=j` in one piece.
  const [, name, value] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? []
  const before = name === undefined ? all.slice(0, -1) : [...all.slice(0, -1), name]
  const found = await ofPlace(root, before, value ?? last)
  const prefix = name === undefined ? '' : `${name}=`
  return found
    .filter(({ word }) => word === ':files' || word.startsWith(value ?? last))
    .map(({ word, about }) => ({
      word: word === ':files' ? word : `${prefix}${word}`,
      about: about.replace(/\s+/g, ' '),
    }))
}
