import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepare } from '../../src/cli/prepare.ts'

describe('an inventory that cannot be read', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-prepare-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const summaries = async (playbook: string) => {
    const file = join(folder, 'play.yml')
    writeFileSync(file, playbook)
    const nothing = { tags: [], skipTags: [], extraVars: [], check: false, allowEmpty: false }
    const { schedule, problems } = await prepare({
      ...nothing,
      playbooks: [file],
      inventory: [join(folder, 'nowhere')],
    })
    expect(schedule).toBeUndefined()
    return problems.map(({ summary }) => summary)
  }

  test('is the one mistake: nothing is said about hosts and variables that it would have', async () => {
    expect(await summaries('- hosts: director\n  tasks:\n    - debug: {msg: "{{ vip }}"}\n')).toEqual([
      expect.stringMatching(/^there is no inventory /),
    ])
  })

  test('does not hide the mistakes in a playbook', async () => {
    expect(await summaries('- hosts: director\n  tasks:\n    - debgu: {msg: a}\n')).toEqual([
      expect.stringMatching(/^there is no inventory /),
      expect.stringContaining('debgu'),
    ])
  })
})
