import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import type { Rendered, Scope } from '../../src/model/document.ts'
import { judgeConditions } from '../../src/schedule/conditions.ts'
import { schedule } from '../../src/schedule/schedule.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { renderNode } from '../../src/template/render.ts'
import { renderFile, templateFile } from '../../src/template/render-file.ts'
import { text } from '../template/scope.ts'
import { recordedAnswers } from './recorded.ts'
import {
  addressCases,
  environment,
  project,
  type TemplateAnswer,
  type TemplateCase,
  templateCases,
} from './template-cases.ts'
import { differences, refused } from './template-differences.ts'

const answers = { ...recordedAnswers<TemplateAnswer>('templates'), ...recordedAnswers<TemplateAnswer>('addresses') }
const cases = [...templateCases, ...addressCases]
const own = new Map(differences.flatMap(({ cases }) => Object.entries(cases)))

let scope: Scope
const before = { ...process.env }
beforeAll(async () => {
  Object.assign(process.env, environment)
  const { value: inventory } = await readInventory([join(project, 'hosts')], { playbookDirectories: [project] })
  const { value, problems } = await schedule({
    playbooks: [join(project, 'site.yml')],
    inventory,
    taskTypes,
    tags: [],
    skipTags: [],
    extraVars: [],
    check: false,
    allowEmpty: false,
  })
  const play = value?.playbooks[0]?.plays[0]
  const task = play?.tasks[0]
  if (value === undefined || play === undefined || task === undefined) throw new Error(JSON.stringify(problems))
  scope = value.scope(play, 'web1.example.org', { facts: new Map(), results: new Map() }).forTask(task)
})
afterAll(() => {
  for (const name of Object.keys(environment)) if (!(name in before)) delete process.env[name]
})

const ask = ({ as, text: source }: TemplateCase): Rendered => {
  if (as === 'file') return renderFile(templateFile(source, 'site.j2'), scope)
  if (as === 'template') return renderNode(text(source), scope)
  const verdict = judgeConditions([text(source)], scope)
  return verdict.kind === 'value' ? { kind: 'value', value: verdict.value.holds } : verdict
}

/** Ours: a value as JSON has it, or a refusal, which must have its place. */
const ours = (one: TemplateCase): unknown => {
  const result = ask(one)
  if (result.kind === 'value') return JSON.parse(JSON.stringify(result.value))
  expect(result).toMatchObject({
    kind: 'problem',
    problem: { summary: expect.any(String), at: { line: expect.any(Number) } },
  })
  return refused
}

/** Whole floats are numbers like others, and paths are this machine's. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replace(/^\/case(?=\/|$)/, project)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('__float__' in value) return Number(value.__float__)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

const theirs = ({ name }: TemplateCase): unknown => {
  const answer = answers[name]
  if (answer === undefined) throw new Error(`real Ansible was never asked "${name}": see test/ansible/README.md`)
  return 'value' in answer ? plain(answer.value) : refused
}

describe('what Ansible does', () => {
  test.each(cases.filter(({ name }) => !own.has(name)))('$name', (one) => {
    expect(ours(one)).toEqual(theirs(one))
  })
})

describe('what is otherwise on purpose', () => {
  test.each(cases.filter(({ name }) => own.has(name)))('$name', (one) => {
    expect(ours(one)).toEqual(own.get(one.name))
    expect(ours(one)).not.toEqual(theirs(one))
  })

  test('each difference is a case and has its reason on the page', () => {
    const names = new Set(cases.map(({ name }) => name))
    expect([...own.keys()].filter((name) => !names.has(name))).toEqual([])
    const page = readFileSync(join(import.meta.dirname, '../../docs/coming-from-ansible.md'), 'utf8')
    for (const { heading } of differences) expect(page).toContain(`**${heading}.**`)
  })
})
