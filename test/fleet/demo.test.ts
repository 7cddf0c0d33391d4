import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, type Ended } from './fleet.ts'
import { lacks } from './needs.ts'

const root = join(import.meta.dirname, '../..')
const skipped = lacks('the demo', 'root', 'ip', 'unshare')

describe.skipIf(skipped)('the demo', () => {
  let state: string
  let env: Record<string, string>
  const lab = (...args: readonly string[]): Promise<Ended> =>
    command([process.execPath, join(root, 'dist/ipvs-play.js'), 'lab', ...args], { env })
  const demo = () => command([process.execPath, join(root, 'demo.mjs')], { env })

  beforeAll(() => {
    state = mkdtempSync(join(tmpdir(), 'ipvs-play-demo-'))
    env = { XDG_STATE_HOME: state, CI: '', NO_COLOR: '1' }
  })
  afterAll(async () => {
    await lab('down', '--dir', join(state, 'ipvs-play/demo'))
    await lab('down')
    rmSync(state, { recursive: true, force: true })
  })

  /** The last line of each run. */
  const recaps = ({ stdout }: Ended) => stdout.split('\n').filter((line) => /^\d+ hosts: .* s$/.test(line))
  const threeRuns = [
    expect.stringMatching(/^5 hosts: .*would change/),
    expect.stringMatching(/^5 hosts: .*changed/),
    expect.stringMatching(/^5 hosts: all as wished/),
  ]

  test('foretells, does, and finds all as wished; a lab that the user has up stays up', async () => {
    const own = await lab('up', '--directors', '0', '--realservers', '1')
    expect(own.code, own.stderr).toBe(0)
    expect(own.stdout).toMatch(/^ {2}ipvs-play lab down$/m)
    const shown = await demo()
    expect(shown.code, shown.stdout + shown.stderr).toBe(0)
    expect(recaps(shown)).toEqual(threeRuns)
    expect(shown.stdout).not.toMatch(/earlier demo/)
    expect((await lab('status')).stdout).toMatch(/^rs1 /m)
  })

  test('again: says that it renews its fleet; the line that it ends with takes it down', async () => {
    const again = await demo()
    expect(again.code, again.stdout + again.stderr).toBe(0)
    expect(again.stdout).toMatch(/earlier demo/)
    expect(recaps(again)).toEqual(threeRuns)
    const [, words] = /npx ipvs-play lab (down .*)\n$/.exec(again.stdout) ?? []
    expect((await lab(...(words ?? '').split(' '))).stdout).toMatch(/^down: nothing of the lab in \S+demo is left/)
    const gone = join(state, 'ipvs-play/demo')
    expect((await lab('status', '--dir', gone)).stderr).toContain(`\`ipvs-play lab up --dir ${gone}\` makes one`)
  })
})
