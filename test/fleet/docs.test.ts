import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf, commandsOf, notExecuted, pages } from '../doc-blocks.ts'
import { bringUp, command, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'dist/ipvs-play.js')
const isCommand = (line: string): boolean => /^(npx )?ipvs-play /.test(line)

const onPages = pages
  .flatMap(blocksOf)
  .filter(({ language }) => language === 'sh' || language === '')
  .flatMap((block) => commandsOf(block).filter((line) => block.language === 'sh' || isCommand(line)))

const skipped = lacks('examples of the pages and of --help', 'root', 'ip', 'unshare')

// A folder as a user has it: the playbooks, and an inventory/ that leads to a lab.
describe.skipIf(skipped)('every shell example', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 3, server: 'embedded' })
    cpSync(join(root, 'playbooks'), join(fleet.folder, 'playbooks'), { recursive: true })
    cpSync(fleet.inventory, join(fleet.folder, 'inventory'), { recursive: true })
    cpSync(join(fleet.inventory, 'hosts.yml'), join(fleet.folder, 'other.yml'))
    const state = join(fleet.folder, '.local/state/ipvs-play')
    mkdirSync(state, { recursive: true })
    symlinkSync(join(fleet.folder, 'lab'), join(state, 'lab'))
    for (const name of ['.vault-password', '.vault-prod', '.vault-lab'])
      writeFileSync(join(fleet.folder, name), 'word\n')
    const bin = join(fleet.folder, 'bin')
    mkdirSync(bin)
    symlinkSync(cli, join(bin, 'ipvs-play'))
    writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
    // The pages show what jq makes of the events; that the lines are JSON is held elsewhere.
    writeFileSync(join(bin, 'jq'), '#!/bin/sh\nexec cat\n', { mode: 0o755 })
  })
  afterAll(() => fleet?.down())

  const execute = (line: string) =>
    command(['bash', '-c', `set -o pipefail; ${line}`], {
      cwd: fleet.folder,
      env: {
        PATH: `${join(fleet.folder, 'bin')}:${process.env.PATH}`,
        HOME: fleet.folder,
        XDG_STATE_HOME: join(fleet.folder, 'state'),
        CI: '',
        NO_COLOR: '1',
      },
    })
  /** Examples for a pipeline that waits for pending changes end with 3 by intent. */
  const wanted = (line: string) => (line.includes('--detailed-exitcode') ? [0, 3] : [0])

  test.each([...new Set(onPages)].filter((line) => !notExecuted.has(line)))('on a page: %s', async (line) => {
    const { code, stdout, stderr } = await execute(line)
    expect(wanted(line), `${line}\n${stdout}${stderr}`).toContain(code)
  })

  test.each(['', 'run', 'lint', 'inventory', 'doc', 'schema', 'completion'])(
    'of `ipvs-play %s --help`',
    async (verb) => {
      const { stdout, code } = await execute(`ipvs-play ${verb} --help`)
      expect(code).toBe(0)
      const [, text = ''] = /^Examples:\n(.*?)(?:\n\n|$(?![\s\S]))/ms.exec(stdout) ?? []
      const lines = commandsOf({ page: 'help', language: '', text })
      expect(lines.length, stdout).toBeGreaterThan(0)
      for (const line of lines) {
        // The lab's own examples are what test/fleet/lab.test.ts does; a second lab would be this user's.
        if (notExecuted.has(line) || line.startsWith('ipvs-play lab')) continue
        const ended = await execute(line)
        expect(wanted(line), `${line}\n${ended.stdout}${ended.stderr}`).toContain(ended.code)
      }
    },
  )
})
