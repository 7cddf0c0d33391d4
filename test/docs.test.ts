import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { prepare } from '../src/cli/prepare.ts'
import { blocksOf, commandsOf, notExecuted, pages, pageText } from './doc-blocks.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-docs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lint = (playbook: string) =>
  prepare({
    playbooks: [playbook],
    inventory: [join(root, 'inventory')],
    tags: [],
    skipTags: [],
    extraVars: [],
    check: false,
    allowEmpty: false,
  })

describe('YAML on the pages', () => {
  test('the playbook of the README is playbooks/site.yml', () => {
    const [shown] = blocksOf('README.md').filter(({ language }) => language === 'yaml')
    const bare = (text: string) => text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
    expect(bare(shown?.text ?? '')).toEqual(bare(readFileSync(join(root, 'playbooks/site.yml'), 'utf8')))
  })

  const examples = pages
    .filter((page) => page.startsWith('docs/tasks/'))
    .flatMap(blocksOf)
    .filter(({ language }) => language === 'yaml')

  test.each(examples)('the tasks of $page can be scheduled', async ({ page, text }) => {
    // What the example takes from files beside its playbook.
    for (const [, name = ''] of text.matchAll(/\b(?:src|cmd|script): ([\w-]+\.[\w.]+)/g))
      writeFileSync(join(folder, name), 'content\n')
    for (const [, name = ''] of text.matchAll(/\bfile: ([\w.-]+)/g))
      writeFileSync(join(folder, name), '- debug: {msg: hello}\n')
    const playbook = join(folder, `${page.replaceAll('/', '-')}.yml`)
    const handlers = [...text.matchAll(/\bnotify: (.+)/g)].map(
      ([, name]) => `    - name: ${name}\n      command: "true"\n`,
    )
    const tail = handlers.length > 0 ? `  handlers:\n${handlers.join('')}` : ''
    writeFileSync(playbook, `- hosts: realserver\n  tasks:\n${text.replace(/^(?=.)/gm, '    ')}${tail}`)
    const { problems, schedule } = await lint(playbook)
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(schedule?.playbooks[0]?.plays[0]?.tasks.length).toBeGreaterThan(0)
  })
})

describe('shell on the pages', () => {
  test('what is not executed is on a page: no reason outlives its line', () => {
    const all = new Set(pages.flatMap(blocksOf).flatMap(commandsOf))
    for (const line of notExecuted.keys()) expect(all).toContain(line)
  })
})

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    const text = pageText(page).replace(/^```.*?^```$/gms, '')
    for (const [, link = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(link)) continue
      expect(existsSync(join(root, dirname(page), link)), `${page}: ${link}`).toBe(true)
    }
  })
})

test('every test that docs/security.md names is there', () => {
  const named = [...pageText('docs/security.md').matchAll(/`([\w/.-]+\.test\.ts) › ([^`]+)`/g)]
  expect(named.length).toBeGreaterThan(20)
  for (const [, file = '', name = ''] of named) {
    const path = join(root, 'test', file)
    expect(existsSync(path), file).toBe(true)
    expect(readFileSync(path, 'utf8'), file).toContain(name)
  }
})
