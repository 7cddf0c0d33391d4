import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRunFiles, JournalLost } from '../../src/cli/run-files.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ipvs-play-state-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('the files of a run', () => {
  test('lie in a folder of their own that only its owner can read', async () => {
    const files = createRunFiles(new Date(), state)
    files.event('{"a":1}\n')
    files.flush()
    await files.journal({ b: 2 })
    expect(mode(files.folder)).toBe('700')
    for (const name of ['events.ndjson', 'journal.ndjson']) expect(mode(join(files.folder, name))).toBe('600')
    expect(mode(files.left(['rs1', 'rs2']))).toBe('600')
    expect(readFileSync(join(files.folder, 'events.ndjson'), 'utf8')).toBe('{"a":1}\n')
    expect(readFileSync(join(files.folder, 'journal.ndjson'), 'utf8')).toBe('{"b":2}\n')
    expect(readFileSync(join(files.folder, 'left'), 'utf8')).toBe('rs1\nrs2\n')
  })

  test('`last` names the newest', () => {
    const first = createRunFiles(new Date(), state)
    const last = join(state, 'ipvs-play/runs/last')
    expect(readlinkSync(last)).toBe(first.run)
    const second = createRunFiles(new Date(), state)
    expect(lstatSync(last).isSymbolicLink()).toBe(true)
    expect(readlinkSync(last)).toBe(second.run)
  })

  test('a journal that cannot be written is told by its name; lost events are not fatal', async () => {
    const files = createRunFiles(new Date(), state)
    rmSync(state, { recursive: true })
    await expect(files.journal({})).rejects.toThrow(JournalLost)
    await expect(files.journal({})).rejects.toThrow(/journal\.ndjson/)
    expect(() => {
      files.event('x\n')
      files.flush()
    }).not.toThrow()
  })

  test('a run is named by its time, in UTC, and something of its own', () => {
    expect(createRunFiles(new Date('2026-11-24T04:12:00.123Z'), state).run).toMatch(/^20261124T041200Z-[0-9a-z]{4}$/)
  })
})
