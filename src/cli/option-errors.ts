/** Mistakes on the command line, told as all others are: what is wrong, and the next move. */
import type { Command } from 'commander'
import { insteadOfOption } from './ansible-options.ts'

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const wordings: readonly (readonly [RegExp, (match: RegExpExecArray) => readonly [summary: string, hint?: string]])[] =
  [
    [/^missing required argument '(\S+)'/, ([, name]) => [`no ${name} is named`]],
    [/^option '(?:-\w, )?(--\S+).*' argument missing/, ([, name]) => [`${name} has no value`]],
    [
      /^(?:option|command-argument value).*?(?:'(?:-\w, )?(--[\w-]+)[^']*' argument )?'([^']*)' is invalid(?: for argument '(\w+)')?\.\s*(.*)/s,
      ([, option, value, argument, why = '']) => [
        `${option ?? argument} cannot be ${value === '' ? 'empty' : `\`${value}\``}`,
        lowered(
          why
            .trim()
            .replace(/\.$/, '')
            .replace(/^Allowed choices are/, 'give one of'),
        ),
      ],
    ],
  ]

/** commander's text in our words; what has no wording of its own keeps its sentence. */
export const inOurWords = (text: string, command: Command): string => {
  const [first = '', ...rest] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n')
  const [, near] = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(rest.join(' ')) ?? []
  const [, unknown] = /^unknown option '([^']+)'/.exec(first) ?? []
  const instead = unknown === undefined ? undefined : insteadOfOption(unknown)
  if (instead !== undefined)
    return `error: \`${instead.option}\` of Ansible is not part of ipvs-play\nhelp: ${instead.way}\n`
  const help = `see \`${nameOf(command)} --help\``
  for (const [pattern, wording] of wordings) {
    const match = pattern.exec(first)
    if (match === null) continue
    const [summary, hint = help] = wording(match)
    return `error: ${summary}\nhelp: ${hint}\n`
  }
  return `error: ${first.replaceAll("'", '`')}\nhelp: ${near === undefined ? help : `did you mean \`${near.replaceAll(', ', '` or `')}\`?`}\n`
}
