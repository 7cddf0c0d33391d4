import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { taskDocs } from '../../docs/generate-tasks.ts'
import { shortName } from '../../src/documents/module-words.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/coming-from-ansible.md'), 'utf8')
const section = page.slice(page.indexOf('## Task types'), page.indexOf('| module | way |'))
const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, module = '', row = '']) => ({ module, row }))

/** Of the page of a task type: its arguments, and which of them are refused. */
const argumentsOf = (type: string) =>
  (taskDocs().get(`${type}.md`) ?? '')
    .split('\n')
    .flatMap((line) => [...line.matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/g)])
    .map(([, name = '', meaning = '']) => ({ name, refused: meaning.startsWith('Not supported') }))

test.each(rows)('every option of $module is in its row, on the right side', ({ module, row }) => {
  const [same = '', different = '', missing = ''] = row.split(' | ')
  for (const { name, refused } of argumentsOf(shortName(module))) {
    const where = refused ? missing : `${same} ${different}`
    expect(where, name).toContain(`\`${name}`)
  }
})

test('every module of Ansible that is a task type has its row', () => {
  expect(rows.map(({ module }) => shortName(module)).sort()).toEqual(
    [...taskDocs().keys()]
      .map((name) => name.replace('.md', ''))
      .filter(
        (name) =>
          !['README', 'include_tasks', 'ipvs', 'only-director-answers', 'persist', 'vip', 'vip-on-lo'].includes(name),
      )
      .sort(),
  )
})
