import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { inOurSpelling } from '../../src/cli/ansible-options.ts'
import { inventoryCommand } from '../../src/cli/inventory.ts'
import { inOurWords } from '../../src/cli/option-errors.ts'
import { runCommand } from '../../src/cli/run.ts'
import { readPlaybook } from '../../src/documents/playbook.ts'
import type { Diagnostic } from '../../src/model/document.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { recordedAnswers } from './recorded.ts'
import { posixModules, type Surface } from './surface.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/coming-from-ansible.md'), 'utf8')
const { keywords, modules, options } = recordedAnswers('surface') as unknown as Surface

/** The cells of each row of the table under this heading. */
const tableOf = (heading: string): readonly (readonly string[])[] => {
  const [, table = ''] = page.slice(page.indexOf(`| ${heading} |`)).split(/\|\n\|[-|]+\|\n/)
  const rows = table.slice(0, table.search(/\n(?!\|)/)).split('\n')
  return rows.map((row) => row.slice(2).split(/ \| ?/))
}
const codes = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** Each finding as its summary, and what it says to do. */
const judge = (playbook: string): readonly Diagnostic[] =>
  readPlaybook(playbook, 'site.yml', [...taskTypes.keys()]).problems

describe('keywords', () => {
  /** Where a keyword may stand in Ansible, and a playbook that has it there. */
  const places: Readonly<Record<string, (line: string) => string>> = {
    plays: (line) => `- ${line}\n${line.startsWith('hosts') ? '' : '  hosts: rs1\n'}`,
    blocks: (line) => `- hosts: rs1\n  tasks:\n    - ${line}\n${line.startsWith('block') ? '' : '      block: []\n'}`,
    tasks: (line) =>
      `- hosts: rs1\n  tasks:\n    - ${line}\n      debug: {msg: x}\n${/^(retries|delay)/.test(line) ? '      until: true\n' : /^loop_c/.test(line) ? '      loop: [1]\n' : ''}`,
  }
  const placesOf = (word: string): readonly string[] =>
    (keywords[word] ?? []).flatMap((of) => ({ Play: 'plays', Block: 'blocks', Task: 'tasks' })[of] ?? [])
  const values: Readonly<Record<string, string>> = {
    args: '{verbosity: 1}',
    always: '[]',
    become_method: 'sudo',
    block: '[]',
    connection: 'ssh',
    delegate_to: 'rs2',
    environment: '{A: b}',
    gather_facts: 'false',
    handlers: '[]',
    hosts: 'rs1',
    loop: '[1]',
    loop_control: '{label: x}',
    max_fail_percentage: '10',
    notify: 'told',
    order: 'sorted',
    post_tasks: '[]',
    pre_tasks: '[]',
    rescue: '[]',
    retries: '1',
    delay: '1',
    serial: '1',
    strategy: 'linear',
    tasks: '[]',
    throttle: '1',
    timeout: '1',
    vars: '{a: 1}',
    vars_files: '[]',
  }
  const texts = new Set(['name', 'register', 'become_user', 'remote_user', 'tags'])
  const rows = tableOf('keyword').map(([word, of = '', here = '', note = '']) => ({
    word: codes(word)[0] ?? '',
    of: of.split(', '),
    here,
    note: note.replace(/ ?\|$/, ''),
  }))

  test('each of Ansible has its row, for each place that it may stand in', () => {
    for (const word of Object.keys(keywords)) {
      const told = rows.filter((row) => row.word === word).flatMap(({ of }) => of)
      expect([...told].sort(), word).toEqual([...placesOf(word)].sort())
    }
    expect(rows.filter(({ word }) => keywords[word] === undefined)).toEqual([])
  })

  test.each(rows.flatMap((row) => row.of.map((place) => ({ ...row, place }))))('$word of $place: $here', (row) => {
    const { word, place, here, note } = row
    const value = values[word] ?? (texts.has(word) ? 'word' : 'true')
    const found = judge(places[place]?.(`${word}: ${value}`) ?? '')
    if (here === 'missing') {
      expect(found.map(({ summary }) => summary)).toContain(`\`${word}\` of Ansible is not part of ipvs-play`)
      expect(found.map(({ hint }) => hint)).toContain(note)
    } else {
      expect(here).toMatch(/^(same|different)$/)
      expect(found).toEqual([])
    }
  })
})

describe('modules', () => {
  const here = new Set(tableOf('module').map(([name]) => codes(name)[0] ?? ''))
  const others = new Map(
    tableOf('module | way').map(([name, way = '']) => [codes(name)[0] ?? '', way.replace(/ ?\|$/, '')]),
  )
  const aliases = /^(apt|systemd|systemd_service|sysvinit|import_tasks|include_tasks)$/
  const all = [
    ...modules.map((name) => ['ansible.builtin', name]),
    ...posixModules.map((name) => ['ansible.posix', name]),
  ]

  test.each(all)('%s.%s is accepted, or refused with the way on the page', (collection = '', name = '') => {
    const found = judge(`- hosts: rs1\n  tasks:\n    - ${collection}.${name}: x\n`)
    const shown = collection === 'ansible.posix' && !here.has(name) ? `${collection}.${name}` : name
    if (here.has(name) || aliases.test(name)) {
      expect(found).toEqual([])
      expect(others.has(shown)).toBe(false)
      expect(page).toContain(`\`${name}\``)
      return
    }
    expect(found.map(({ summary }) => summary)).toEqual([
      `\`${collection}.${name}\` of Ansible is not part of ipvs-play`,
    ])
    expect(found.map(({ hint }) => hint)).toEqual([others.get(shown)])
    others.delete(shown)
  })

  test('the page has no others', () => {
    expect(
      [...others.keys()].filter((name) => !all.some(([of, each]) => [each, `${of}.${each}`].includes(name))),
    ).toEqual([])
  })
})

describe.each([
  ['ansible-playbook', runCommand],
  ['ansible-inventory', inventoryCommand],
])('options of %s', (command, make) => {
  const rows = tableOf(`option of \`${command}\``).map(([names, here = '', note = '']) => ({
    names: codes(names),
    here,
    note: note.replace(/ ?\|$/, ''),
  }))

  test('each has its row', () => {
    expect(rows.map(({ names }) => names)).toEqual(options[command])
  })

  const known = (): ReadonlySet<string> => {
    const program = new Command().addCommand(make()).version('1', '--version')
    const flags = [...program.options, ...make().options].flatMap(({ short, long }) => [short, long])
    return new Set([...flags, '-h', '--help'].flatMap((flag) => flag ?? []))
  }

  test.each(rows.flatMap((row) => row.names.map((name) => ({ ...row, name }))))(
    '$name: $here',
    ({ name, here, note }) => {
      const [ours = ''] = inOurSpelling([name])
      if (here !== 'missing') {
        expect(here).toMatch(/^(same|different)$/)
        expect(known().has(ours), `${name} is ${ours}`).toBe(true)
        return
      }
      expect(known().has(ours)).toBe(false)
      expect(inOurWords(`error: unknown option '${name}'\n`, new Command('run'))).toBe(
        `error: \`${name}\` of Ansible is not part of ipvs-play\nhelp: ${note}\n`,
      )
    },
  )
})

test('other names of options may carry their values', () => {
  expect(inOurSpelling(['run', '--key-file=a=b', '--inventory-file', 'x', '--', '--key-file'])).toEqual([
    'run',
    '--private-key=a=b',
    '--inventory',
    'x',
    '--',
    '--key-file',
  ])
})
