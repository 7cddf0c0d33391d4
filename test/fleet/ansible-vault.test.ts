import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible } from '../ansible/referee.ts'

const skip = leavesAnsibleUnasked('vaults')

test.skipIf(skip)('real Ansible answers what is recorded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-vault-'))
  try {
    cpSync(join(import.meta.dirname, '../ansible/vault'), folder, { recursive: true })
    const [ruling] = await askAnsible(folder, [
      { argv: ['ansible-playbook', '-i', 'hosts', 'judge.yml', '--vault-id', 'a@pw', '--vault-id', 'prod@pw2'] },
    ])
    expect(ruling).toMatchObject({ code: 0 })
    expectRecorded('vault', JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
