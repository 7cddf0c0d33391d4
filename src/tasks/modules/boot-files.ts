/** The files from which a boot loads our modules: one name a line, and one line of options a module. */
export const loadPath = '/etc/modules-load.d/ipvs-play.conf'
export const optionsPath = '/etc/modprobe.d/ipvs-play.conf'

const header = '# Written by ipvs-play (task modules).\n'

/** Name → its options; of a file of names they are empty. */
export type Entries = ReadonlyMap<string, string>

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))

export const parseLoad = (text: string): Entries => new Map(linesOf(text).map((name) => [name, '']))

export const parseOptions = (text: string): Entries =>
  new Map(
    linesOf(text).flatMap((line): [string, string][] => {
      const [, name = '', options = ''] = /^options\s+(\S+)\s+(.+)$/.exec(line) ?? []
      return name === '' ? [] : [[name, options]]
    }),
  )

/** undefined: nothing is left, and so no file. */
export const loadText = (entries: Entries): string | undefined =>
  entries.size === 0 ? undefined : `${header}${[...entries.keys()].map((name) => `${name}\n`).join('')}`

export const optionsText = (entries: Entries): string | undefined =>
  entries.size === 0
    ? undefined
    : `${header}${[...entries].map(([name, options]) => `options ${name} ${options}\n`).join('')}`
