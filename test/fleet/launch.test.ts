import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { command } from './fleet.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'dist/ipvs-play.js')

describe('the code cache', () => {
  const home = mkdtempSync(join(tmpdir(), 'ipvs-play-launch-'))
  const folder = join(home, 'ipvs-play/code')
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  beforeEach(() => rmSync(join(home, 'ipvs-play'), { recursive: true, force: true }))

  const run = async (more: Record<string, string> = {}) => {
    const argv = ['run', join(root, 'playbooks/site.yml'), '-i', join(root, 'inventory'), '--list-hosts'] as const
    const { code, stdout, stderr } = await command([process.execPath, cli, ...argv], {
      env: { XDG_CACHE_HOME: home, ...more },
    })
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('rs1')
  }
  const only = (): string => {
    const [name = '', ...others] = readdirSync(folder)
    expect(others).toEqual([])
    return join(folder, name)
  }

  test('the first run leaves it, for its owner alone, and it is taken afterwards', async () => {
    await run()
    const file = only()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    // One that is refused, by us or by V8, is written anew.
    const { ino } = statSync(file)
    await run()
    expect(statSync(file).ino).toBe(ino)
  })

  test.each([
    ['damaged', (file: string) => writeFileSync(file, readFileSync(file).fill(0, 4000, 4100))],
    ['cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 5000))],
    ['one that others may write to', (file: string) => chmodSync(file, 0o666)],
  ])('%s: not taken, written anew', async (_, spoil) => {
    await run()
    const file = only()
    spoil(file)
    const { ino } = statSync(file)
    await run()
    expect(only()).toBe(file)
    expect(statSync(file).ino).not.toBe(ino)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('that of another bundle goes; a folder that others may write to is left alone', async () => {
    await run()
    rmSync(only())
    writeFileSync(join(folder, 'other-v1-x64.code'), 'old')
    await run()
    expect(only()).not.toContain('other-')
    rmSync(only())
    chmodSync(folder, 0o777)
    await run()
    expect(readdirSync(folder)).toEqual([])
  })

  test('none where it is not wanted or cannot be', async () => {
    await run({ NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(readdirSync(home)).toEqual([])
    await run({ XDG_CACHE_HOME: '/dev/null' })
  })
})
