import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepare } from '../../src/cli/prepare.ts'
import { writeStarter } from '../../src/cli/starter.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipvs-play-starter-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a starter project has no mistakes, and plays for both groups', async () => {
  const project = join(folder, 'new/fleet')
  expect(writeStarter(project)).toContain('site.yml')
  const { schedule, problems } = await prepare({
    playbooks: [join(project, 'site.yml'), join(project, 'remove.yml')],
    inventory: [join(project, 'inventory')],
    tags: [],
    skipTags: [],
    extraVars: [],
    check: true,
    allowEmpty: false,
    lint: true,
  })
  expect(problems).toEqual([])
  expect(schedule?.playbooks.map(({ plays }) => plays.map(({ hosts }) => hosts.length))).toEqual([
    [1, 4],
    [4, 1],
  ])
})

test('nothing is written where something is, and nothing beside a file', () => {
  writeFileSync(join(folder, 'mine'), 'kept')
  expect(() => writeStarter(folder)).toThrow(expect.objectContaining({ code: 'ENOTEMPTY' }))
  expect(() => writeStarter(join(folder, 'mine'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
})
