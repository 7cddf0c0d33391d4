import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible, prepareReferee } from '../ansible/referee.ts'

describe.skipIf(leavesAnsibleUnasked('the referee'))('the referee', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-referee-'))
    writeFileSync(join(folder, 'hosts'), 'rs1 ansible_connection=local weight=5\n')
    writeFileSync(join(folder, 'site.yml'), '- hosts: all\n  gather_facts: false\n  tasks: [{debug: {var: weight}}]\n')
    prepareReferee()
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is ansible-core 2.19, with its three commands', async () => {
    const [version, list, adHoc, playbook, wrong] = await askAnsible(folder, [
      { argv: ['ansible', '--version'] },
      { argv: ['ansible-inventory', '-i', 'hosts', '--host', 'rs1'] },
      { argv: ['ansible', '-i', 'hosts', 'all', '-m', 'debug', '-a', 'msg={{ weight + 1 }}'] },
      { argv: ['ansible-playbook', '-i', 'hosts', 'site.yml'] },
      { argv: ['ansible-inventory', '-i', 'hosts', '--host', 'nobody'] },
    ])
    expect(version?.stdout).toContain('ansible [core 2.19.')
    expect(JSON.parse(list?.stdout ?? '')).toEqual({ ansible_connection: 'local', weight: 5 })
    expect(adHoc?.stdout).toContain('"msg": 6')
    expect(playbook?.stdout).toMatch(/ok=1 .*failed=0/)
    expect(wrong?.code).not.toBe(0)
  })
})
