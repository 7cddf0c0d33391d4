import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepare } from '../../src/cli/prepare.ts'
import { createKeyring, type Keyring } from '../../src/documents/keyring.ts'
import { parseYaml } from '../../src/documents/yaml.ts'
import { renderNode } from '../../src/template/render.ts'
import { recordedAnswers } from './recorded.ts'

const folder = join(import.meta.dirname, 'vault')
const passwords = [
  { label: 'a', password: 'sesame-open' },
  { label: 'prod', password: 'other-word' },
]

const prepared = (keyring: Keyring, more: { readonly lint?: boolean; readonly extraVars?: readonly string[] } = {}) =>
  prepare({
    playbooks: [join(folder, 'site.yml')],
    inventory: [join(folder, 'hosts')],
    tags: [],
    skipTags: [],
    extraVars: [],
    check: false,
    allowEmpty: false,
    keyring,
    ...more,
  })

/** The variables that judge.yml asks real Ansible for. */
const asked = {
  inline_text: '{{ inline_text }}',
  inline_template: '{{ inline_template }}',
  inline_prod: '{{ inline_prod }}',
  inline_multi: '{{ inline_multi }}',
  inline_number: '{{ inline_number }}',
  inline_utf8: '{{ inline_utf8 }}',
  inline_type: '{{ inline_number | type_debug }}',
  inline_use: "{{ inline_text ~ '!' }} {{ inline_text | length }} {{ inline_text == 'inline-secret' }}",
  vaulted_file_text: '{{ vaulted_file_text }}',
  vaulted_template: '{{ vaulted_template }}',
  vaulted_number: '{{ vaulted_number }}',
  vaulted_list: '{{ vaulted_list }}',
  looked_up: "{{ lookup('file', 'secret.txt') }}",
  from_prod: '{{ prod_text }}',
}

const valueAt = async (source: string, keyring: Keyring) => {
  const { schedule, problems } = await prepared(keyring)
  const play = schedule?.playbooks[0]?.plays[0]
  if (schedule === undefined || play === undefined) throw new Error(JSON.stringify(problems))
  const { value } = parseYaml(JSON.stringify(source), 'play.yml', 'playbook')
  if (value === undefined) throw new Error(source)
  return renderNode(value, schedule.scope(play, 'h1', { facts: new Map(), results: new Map() }))
}

describe('vaults of real Ansible', () => {
  const answers = recordedAnswers<unknown>('vault')
  test.each(Object.entries(asked))('%s is what Ansible says', async (name, source) => {
    const result = await valueAt(source, createKeyring(passwords))
    expect(result).toEqual({ kind: 'value', value: answers[name] })
  })

  test('everything that was opened is hidden, each value for itself', async () => {
    const keyring = createKeyring(passwords)
    for (const source of Object.values(asked)) await valueAt(source, keyring)
    const secrets = ['inline-secret', 'prod-secret', 'opensecret-file', '48151623', 'second-secret', 'prod-file-secret']
    expect([...keyring.hidden]).toEqual(expect.arrayContaining([...secrets, 'file content secret']))
  })
})

describe('without the right password', () => {
  test('a file is refused at its place, and so is a value that is used', async () => {
    const { problems } = await prepared(createKeyring([{ label: 'default', password: 'other-word' }]))
    expect(problems.map(({ at, summary }) => `${at?.file.slice(folder.length + 1)}:${at?.line} ${summary}`)).toEqual([
      'group_vars/all/vault.yml:1 this file cannot be decrypted: no password given opens it (tried: default)',
    ])
    const one = await valueAt('{{ inline_text }}', createKeyring(passwords))
    expect(one.kind).toBe('value')
  })

  test('a value that is used is refused where it stands', async () => {
    const keyring = createKeyring([])
    const { schedule, problems } = await prepare({
      playbooks: [join(folder, 'inline/site.yml')],
      inventory: ['h1,'],
      tags: [],
      skipTags: [],
      extraVars: [],
      check: false,
      allowEmpty: false,
      keyring,
    })
    expect(schedule).toBeDefined()
    expect(problems).toMatchObject([
      {
        severity: 'error',
        summary: 'this value is encrypted with Ansible Vault, and no password was given',
        at: { line: 4 },
      },
    ])
  })

  test('lint tells what it did not check, and nothing else', async () => {
    const { problems } = await prepared(createKeyring([], true), { lint: true })
    expect(problems.map(({ severity, at, summary }) => [severity, at?.file.slice(folder.length + 1), summary])).toEqual(
      ['group_vars/all/vault.yml', 'prod.yml'].map((file) => [
        'warning',
        file,
        'this vault is not opened, so what needs its values is not checked',
      ]),
    )
  })

  test('a name that may stand in a shut vault is no mistake', async () => {
    const { problems } = await prepare({
      playbooks: [join(folder, 'inline/unknown.yml')],
      inventory: [join(folder, 'hosts')],
      tags: [],
      skipTags: [],
      extraVars: [],
      check: false,
      allowEmpty: false,
      lint: true,
      keyring: createKeyring([], true),
    })
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

test('-e @FILE may be a vault', async () => {
  const keyring = createKeyring(passwords)
  const { problems } = await prepared(keyring, { extraVars: [`@${join(folder, 'prod.yml')}`] })
  expect(problems).toEqual([])
  expect([...keyring.hidden]).toContain('prod-file-secret')
})

test('a mistake in a vault tells no value of it', async () => {
  const keyring = createKeyring([{ label: 'default', password: 'sesame-open' }])
  keyring.hide('opensecret-file')
  const { problems } = await prepare({
    playbooks: [join(folder, 'inline/condition.yml')],
    inventory: [join(folder, 'hosts')],
    tags: [],
    skipTags: [],
    extraVars: [],
    check: false,
    allowEmpty: false,
    keyring,
  })
  expect(problems.map(({ summary }) => summary)).toEqual([
    'the condition `vaulted_file_text` is the text "***", neither true nor false',
  ])
})
