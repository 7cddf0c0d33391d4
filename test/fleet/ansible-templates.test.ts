import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collections } from '../ansible/collection.ts'
import { expectRecorded, leavesAnsibleUnasked } from '../ansible/recorded.ts'
import { askAnsible } from '../ansible/referee.ts'
import {
  addressCases,
  environment,
  project,
  type TemplateAnswer,
  type TemplateCase,
  templateCases,
} from '../ansible/template-cases.ts'

const skip = leavesAnsibleUnasked('templates and conditions')

type Answers = Readonly<Record<string, TemplateAnswer>>

const ask = async (cases: readonly TemplateCase[], collection?: string): Promise<Answers> => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-templates-'))
  try {
    cpSync(project, folder, { recursive: true })
    if (collection !== undefined)
      cpSync(collection, join(folder, 'collections/ansible_collections'), { recursive: true })
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases))
    const [ruling] = await askAnsible(folder, [{ argv: ['ansible-playbook', '-i', 'hosts', 'judge.yml'] }], {
      ...environment,
      // Python's sets have an order of their own.
      PYTHONHASHSEED: '0',
    })
    expect(ruling).toMatchObject({ code: 0 })
    return JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.skipIf(skip)('real Ansible answers what is recorded', async () => {
  expectRecorded<TemplateAnswer>('templates', await ask(templateCases))
})

test.skipIf(skip)('its collection ansible.utils answers what is recorded', async () => {
  expectRecorded<TemplateAnswer>('addresses', await ask(addressCases, collections()))
})
