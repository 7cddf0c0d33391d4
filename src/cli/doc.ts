import { Command } from 'commander'
import { refuse, refusing } from './problems.ts'

const docExamples = `
Examples:
  $ ipvs-play doc
  $ ipvs-play doc vip-on-lo
  $ ipvs-play doc serial`

/** The reference in the terminal. */
export const docCommand = (): Command =>
  new Command('doc')
    .description('reference of the task types and keywords')
    .argument('[task]', 'a task type, or a keyword of plays or tasks; without it, all of them in a line each')
    .addHelpText('after', docExamples)
    .action((word: string | undefined) => refusing(() => show(word)))

const show = async (word: string | undefined): Promise<void> => {
  const [
    { keywordText, overviewText, typeText },
    { taskTypes },
    { playKeywords, taskKeywords },
    { shortName },
    { nearest },
  ] = await Promise.all([
    import('../reference/doc-text.ts'),
    import('../tasks/index.ts'),
    import('../documents/playbook-words.ts'),
    import('../documents/module-words.ts'),
    import('../nearest.ts'),
  ])
  const columns = Math.min(process.stdout.columns ?? 80, 100)
  const type = word === undefined ? undefined : taskTypes.get(shortName(word))
  const text =
    word === undefined
      ? overviewText([...taskTypes.values()], columns)
      : type === undefined
        ? keywordText(word)
        : typeText(type, columns)
  if (text !== undefined) {
    process.stdout.write(text)
    return
  }
  const near = nearest(word ?? '', [...taskTypes.keys(), ...playKeywords, ...taskKeywords])
  refuse(
    `there is no task type or keyword \`${word}\``,
    near === undefined ? '`ipvs-play doc` lists them all' : `did you mean \`${near}\`?`,
  )
}

const schemaExamples = `
Examples:
  $ ipvs-play schema > playbook.schema.json

In the first line of a playbook, for editors that speak to the YAML language server:
  # yaml-language-server: $schema=playbook.schema.json`

/** JSON Schema of playbooks. */
export const schemaCommand = (): Command =>
  new Command('schema')
    .description('JSON Schema of playbooks, for editors')
    .addHelpText('after', schemaExamples)
    .action(async () => {
      const { playbookSchema } = await import('../reference/playbook-schema.ts')
      const { taskTypes } = await import('../tasks/index.ts')
      process.stdout.write(`${JSON.stringify(playbookSchema(taskTypes.values()), undefined, 2)}\n`)
    })
