import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, type Ended } from './fleet.ts'
import { lacks } from './needs.ts'

const root = join(import.meta.dirname, '../..')

describe('the package', () => {
  let folder: string
  let files: readonly string[]
  let ipvsPlay: (...args: readonly string[]) => Promise<Ended>
  let lab: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-package-'))
    lab = join(folder, 'lab')
    const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '', NO_COLOR: '1' }
    const npm = async (cwd: string, ...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await command(['npm', ...args], { cwd })
      if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`)
      return stdout
    }
    // What is packed is what was built for the tests: prepack would take the bundle away under other tests' feet.
    const [packed] = JSON.parse(await npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))
    files = packed.files.map(({ path }: { path: string }) => path)
    await npm(folder, 'init', '-y')
    await npm(folder, 'i', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename))
    const bin = join(folder, 'node_modules/.bin/ipvs-play')
    ipvsPlay = (...args) => command([bin, ...args], { cwd: join(folder, 'node_modules/ipvs-play'), env })
  }, 300_000)
  afterAll(async () => {
    if (existsSync(lab)) await ipvsPlay('lab', 'down', '--dir', lab)
    rmSync(folder, { recursive: true, force: true })
  })

  test('holds what a user needs and nothing of how it is made', () => {
    for (const name of [
      'dist/ipvs-play.js',
      'playbooks/site.yml',
      'playbooks/remove.yml',
      'inventory/hosts.yml',
      'docs/architecture.md',
      'docs/events.schema.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'package.json',
    ])
      expect(files).toContain(name)
    const known = /^(dist|playbooks|inventory|docs)\/|^(README\.md|LICENSE|CHANGELOG\.md|package\.json)$/
    expect(files.filter((name) => !known.test(name))).toEqual([])
    expect(files.filter((name) => /\.(ts|map|log)$|test/.test(name))).toEqual([])
  })

  test('installs and says who it is', async () => {
    expect(readdirSync(join(folder, 'node_modules'))).toContain('ssh2')
    expect(await ipvsPlay('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' })
    const help = await ipvsPlay('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('Examples:')
    expect(await ipvsPlay('lint', 'site.yml', 'remove.yml')).toMatchObject({ code: 0, stderr: '' })
  })

  test.skipIf(lacks('a run from the installed package', 'root', 'ip', 'unshare'))(
    'runs on a lab of its own',
    async () => {
      const up = await ipvsPlay('lab', 'up', '--dir', lab, '--realservers', '2', '--server', 'embedded')
      expect(up.code, up.stderr).toBe(0)
      const run = await ipvsPlay('run', 'site.yml', '-i', join(lab, 'inventory'))
      expect(run.code, run.stdout + run.stderr).toBe(0)
      expect(run.stdout).toContain('3 hosts: 3 changed')
      const again = await ipvsPlay('run', 'site.yml', '-i', join(lab, 'inventory'))
      expect(again.stdout).toContain('3 hosts: all as wished')
      const down = await ipvsPlay('lab', 'down', '--dir', lab)
      expect(down.code, down.stderr).toBe(0)
      expect(existsSync(lab)).toBe(false)
    },
  )
})
