/** What every mistake in test/scenarios says: where it is, and the next move. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Told {
  readonly file: string
  readonly scenario: string
  readonly text: string
}

const folder = join(import.meta.dirname, 'scenarios')

const told: readonly Told[] = readdirSync(folder).flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .flatMap((scenario) =>
      (scenario.split(/^<<< /m)[1] ?? '')
        .split(/^(?=(?:error|warning)(?:\[[\w-]+\])?: )/m)
        .slice(1)
        .map((text) => ({ file, scenario: scenario.split('\n')[0] ?? '', text: text.split('\n\n')[0] ?? '' })),
    ),
)

const shown = ({ file, scenario, text }: Told): string => `${file}: ${scenario}: ${text.split('\n')[0]}`

/** What stands in no file: words of the command line, and files and folders as a whole. */
const nowhere = [
  /^command-line\.txt: /,
  /belongs to no group, so it is not read|holds no inventory file/,
  /: error: .* are the same machine: /,
  /: error: localhost: ansible_connection: local is not supported/,
]

/** Nothing is to be done about it but to wait. */
const noMove = [/is not in this version yet/]

test('there are mistakes to look at', () => {
  expect(told.length).toBeGreaterThan(200)
})

test('every mistake in a file says where it is', () => {
  const lost = told.filter(({ text }) => !/^ +--> \S+:\d+:\d+$/m.test(text)).map(shown)
  expect(lost.filter((each) => !nowhere.some((reason) => reason.test(each)))).toEqual([])
})

test('every mistake says the next move', () => {
  const stuck = told.filter(({ text }) => !/^help: \S/m.test(text)).map(shown)
  expect(stuck.filter((each) => !noMove.some((reason) => reason.test(each)))).toEqual([])
})
