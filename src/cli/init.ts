import { Command } from 'commander'
import { refuse, refusing } from './problems.ts'
import { shellWord } from './shell-word.ts'

const examples = `
Examples:
  $ ipvs-play init my-fleet

Then in my-fleet: ipvs-play lint site.yml; the README.md there tells what comes next.`

/** A starter project. */
export const initCommand = (): Command =>
  new Command('init')
    .description('a starter project: inventory, playbooks, README')
    .argument('<dir>', 'a folder that is empty or does not exist yet')
    .addHelpText('after', examples)
    .action((directory: string) => refusing(() => init(directory)))

const init = async (directory: string): Promise<void> => {
  const { writeStarter } = await import('./starter.ts')
  try {
    const files = writeStarter(directory)
    process.stdout.write(
      `${files.map((file) => `  ${file}\n`).join('')}next: cd ${shellWord(directory)} && ipvs-play lint site.yml\n`,
    )
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    const problems: Readonly<Record<string, readonly [string, string]>> = {
      ENOTEMPTY: [`${directory} is not empty`, 'name a folder that does not exist yet: nothing is overwritten'],
      ENOTDIR: [`${directory} is no folder`, 'name a folder that does not exist yet'],
      EEXIST: [`${directory} is no folder`, 'name a folder that does not exist yet'],
    }
    const [summary, hint] = problems[code] ?? [
      `${path ?? directory} cannot be written (${code})`,
      'name another folder',
    ]
    refuse(summary, hint)
  }
}
