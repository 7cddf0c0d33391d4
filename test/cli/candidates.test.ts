import { Command, Option } from 'commander'
import { expect, test } from 'vitest'
import { candidatesFor } from '../../src/cli/candidates.ts'

const root = new Command('tool')
  .addCommand(
    new Command('run')
      .description('do it')
      .argument('<playbook...>')
      .option('-f, --forks <n>', 'how many')
      .option('--key <file>', 'a key')
      .addOption(new Option('-o, --output <kind>', 'how').choices(['json', 'text']))
      .option('-v, --verbose', 'more'),
  )
  .addCommand(new Command('lab').addCommand(new Command('up')).addCommand(new Command('down')))
  .addCommand(new Command('secret'), { hidden: true })

const words = async (...line: string[]) => (await candidatesFor(root, line)).map(({ word }) => word)

test.each([
  [[''], ['run', 'lab', 'help']],
  [['r'], ['run']],
  [
    ['lab', ''],
    ['up', 'down'],
  ],
  [
    ['run', '--'],
    ['--forks', '--key', '--output', '--verbose', '--help'],
  ],
  [['run', '--o'], ['--output']],
  [
    ['run', '-o', ''],
    ['json', 'text'],
  ],
  [['run', '--output=t'], ['--output=text']],
  [['run', '--output', '=', 't'], ['text']],
  [
    ['run', '--output', '='],
    ['json', 'text'],
  ],
  [['run', '--forks', ''], []],
  [['run', '--key', 'x'], [':files']],
  [['run', '-v', 'a.yml', 'b'], [':files']],
  [['run', '--forks', '3', 'a'], [':files']],
  [['nothing', 'known', 'x'], []],
])('%j can go on with %j', async (line, expected) => {
  expect(await words(...line)).toEqual(expected.filter((word) => word !== 'help'))
})

test('what a word is about is told in one line', async () => {
  expect(await candidatesFor(root, ['ru'])).toEqual([{ word: 'run', about: 'do it' }])
})
