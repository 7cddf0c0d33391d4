/**
 * The mistakes that need no host, as users make them: test/scenarios/*.txt hold command lines, files, and word for word
 * what is said. Written anew with SCENARIOS=write; what changes wants to be read with a user's eyes.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { command } from './fleet.ts'

const folder = join(import.meta.dirname, '../scenarios')
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

interface Scenario {
  readonly title: string
  readonly line: string
  readonly files: ReadonlyMap<string, { readonly content: Buffer; readonly mode: number }>
  /** As it stands in the file, up to what is said. */
  readonly told: string
  readonly says: string | undefined
}

/** What every scenario has, unless it brings its own. */
const project: Readonly<Record<string, string>> = {
  'inventory/hosts.yml': 'director: {hosts: {d1: }}\nrealserver: {hosts: {rs1: , rs2: , rs3: , rs4: }}\n',
  'inventory/group_vars/all.yml': 'vip: 192.0.2.100\nnic: eth0\n',
  'site.yml': '- hosts: realserver\n  tasks:\n    - persist:\n',
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** `\n`, `\t`, `\r`, `\xNN` in one line: for files that are no text. */
const bytesOf = (text: string): Buffer =>
  Buffer.from(
    text
      .trimEnd()
      .replace(/\\(?:x([0-9a-f]{2})|([ntr]))/g, (_, hex: string | undefined, name: string) =>
        hex === undefined ? (escapes[name] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    'latin1',
  )

const parse = (block: string): Scenario => {
  const [told = '', says] = block.split(/^<<< /m)
  const [head = '', ...files] = told.split(/^>>> /m)
  const [title = '', line = ''] = head.split('\n')
  return {
    title,
    line: line.replace(/^\$ /, ''),
    told: told.trimEnd(),
    says: says?.trimEnd(),
    files: new Map(
      files.map((file) => {
        const [, name = '', kind] = /^(\S+)(?: \((\w+)\))?\n/.exec(file) ?? []
        const text = `${file.slice(file.indexOf('\n') + 1).trimEnd()}\n`
        const content = kind === 'escaped' ? bytesOf(text) : Buffer.from(text)
        return [name, { content, mode: kind === 'executable' ? 0o755 : 0o644 }]
      }),
    ),
  }
}

const play = async ({ line, files }: Scenario): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'ipvs-play-scenario-'))
  try {
    const all = new Map([
      ...Object.entries(project).map(([name, text]) => [name, { content: Buffer.from(text), mode: 0o644 }] as const),
      ...files,
    ])
    for (const [name, { content, mode }] of all) {
      mkdirSync(dirname(join(home, 'project', name)), { recursive: true })
      writeFileSync(join(home, 'project', name), content, { mode })
    }
    mkdirSync(join(home, 'bin'))
    symlinkSync(cli, join(home, 'bin/ipvs-play'))
    const { code, stdout, stderr } = await command(['sh', '-c', line], {
      cwd: join(home, 'project'),
      env: { PATH: `${home}/bin:${process.env.PATH}`, HOME: home, XDG_STATE_HOME: join(home, 'state'), NO_COLOR: '1' },
    })
    return `exit ${code}\n${`${stdout}${stderr}`.replaceAll(home, '~')}`.trimEnd()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const scenarios = readdirSync(folder)
  .sort()
  .map((name) => ({ name, all: readFileSync(join(folder, name), 'utf8').split(/^=== /m).slice(1).map(parse) }))

describe.each(scenarios)('$name', ({ name, all }) => {
  if (process.env.SCENARIOS === 'write') {
    test('is written anew', async () => {
      const blocks: string[] = []
      for (const scenario of all) blocks.push(`=== ${scenario.told}\n<<< ${await play(scenario)}\n`)
      writeFileSync(join(folder, name), blocks.join('\n'))
    })
    return
  }
  test.concurrent.each(all)('$title', async (scenario) => {
    expect(await play(scenario)).toBe(scenario.says)
  })
})

test('there are enough of them, and each is told apart', () => {
  const titles = scenarios.flatMap(({ name, all }) => all.map(({ title }) => `${name}: ${title}`))
  expect(titles.length).toBeGreaterThan(150)
  expect(new Set(titles).size).toBe(titles.length)
})
