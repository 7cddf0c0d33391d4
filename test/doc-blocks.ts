import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** All pages that a user may read. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'docs/tasks', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
]

export const pageText = (page: string): string => readFileSync(join(root, page), 'utf8')

/** A fenced block of a page; `language` is empty where none is named. */
export interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
}

export const blocksOf = (page: string): readonly Block[] =>
  [...pageText(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
  }))

/** The commands of a block, one a line, without what is said beside them; lines that end in a pipe go on. */
export const commandsOf = ({ text }: Block): readonly string[] =>
  text
    .replace(/\|\n\s*/g, '| ')
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .replace(/\s{2,}.*$/, ''),
    )
    .filter((line) => line !== '')

/**
 * Every command in a ```sh block of any page, and every `ipvs-play` line of an untagged block, is executed by
 * test/fleet/docs.test.ts, but for these. A reason for a line that no page has is a mistake.
 */
export const notExecuted: ReadonlyMap<string, string> = new Map([
  ['npm ci && npm run demo', 'the demo has a run of its own by hand: it installs and takes the lab of this user'],
  ['npm ci && npm test', 'would run these tests in themselves'],
  ['npm ci', 'would replace the packages that run the tests'],
  ['npm run build', 'every `npm test` does it first; again would take the bundle away from tests that run'],
  ['npm run test:unit', 'part of npm test'],
  ['npm run check', 'part of npm test'],
  ['npm test', 'would run these tests in themselves'],
  ['npm run demo', 'takes the lab of this user'],
  ['npm run bench', 'minutes of measuring'],
  ['ipvs-play trust all', 'asks on a terminal, and writes to the home'],
  ['ipvs-play run site.yml --ask-vault-pass', 'asks a person for a password'],
  [
    'ipvs-play run site.yml -u ops -b -K',
    'asks a person for a password; test/fleet/transport.test.ts logs in with sudo',
  ],
  ['ipvs-play run site.yml directors.yml', 'wants a kernel with ip_vs; test/vm/directors.test.ts runs it on one'],
])
