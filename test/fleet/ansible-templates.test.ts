import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible } from '../ansible/referee.ts'
import { environment, project, type TemplateAnswer, templateCases } from '../ansible/template-cases.ts'

const skip = leavesAnsibleUnasked('templates and conditions')

test.skipIf(skip)('real Ansible answers what is recorded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-templates-'))
  try {
    cpSync(project, folder, { recursive: true })
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(templateCases))
    const [ruling] = await askAnsible(folder, [{ argv: ['ansible-playbook', '-i', 'hosts', 'judge.yml'] }], {
      ...environment,
      // Python's sets have an order of their own.
      PYTHONHASHSEED: '0',
    })
    expect(ruling).toMatchObject({ code: 0 })
    expectRecorded<TemplateAnswer>('templates', JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
