import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { showDiagnostics } from '../../src/documents/code-frame.ts'
import { readInventory } from '../../src/inventory/read.ts'
import type { Diagnostic } from '../../src/model/document.ts'
import { directoryWith, told } from './resolved.ts'

/** What is told of a file in its place; `hosts` is there too where it is another. */
const problemsOf = async (file: string, bytes: string | Buffer): Promise<readonly string[]> =>
  told(await reading(file, bytes), '')

const reading = async (file: string, bytes: string | Buffer): Promise<readonly Diagnostic[]> => {
  const directory = directoryWith({ hosts: '[web]\nh1\n' })
  mkdirSync(dirname(`${directory}/${file}`), { recursive: true })
  writeFileSync(`${directory}/${file}`, bytes)
  const { problems } = await readInventory([directory], { playbookDirectories: [] })
  return problems.map(({ at, summary, ...rest }) => ({
    ...rest,
    summary: summary.replace(`${directory}/`, ''),
    ...(at && { at: { ...at, file: at.file.replace(`${directory}/`, '') } }),
  }))
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi']
  .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]\n`)
  .join('')}`

const variables = ['group_vars/web.yml', 'host_vars/h1', 'group_vars/all/one.yaml'] as const
const every = ['hosts', 'hosts.yml', ...variables] as const

describe.each(every)('%s', (file) => {
  test.each([
    [
      'of ten megabytes',
      'a: 1\n'.repeat(2_000_000),
      '1:1 the file is larger than 4 MiB (divide it into several files)',
    ],
    [
      'of random bytes',
      Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)),
      '1:1 this file is not text: it holds zero bytes (save it as text in UTF-8)',
    ],
    [
      'in UTF-16',
      Buffer.from('a: 1\n', 'utf16le'),
      '1:1 this file is not text: it holds zero bytes (save it as text in UTF-8)',
    ],
    [
      'in Latin-1',
      Buffer.from('# x\n# gr\xfc\xdf\n', 'latin1'),
      '2:5 this file is not text in UTF-8 (save it as UTF-8)',
    ],
  ])('%s', async (_, bytes, problem) => {
    expect(await problemsOf(file, bytes)).toEqual([`error: ${file}:${problem}`])
  })
})

describe.each(variables)('%s', (file) => {
  test.each([
    ['a bomb of aliases', bomb, `error: ${file}:6:7 the aliases here stand for more than 200000 values`],
    [
      'more values than can be read',
      `a: [${'1,'.repeat(200_000)}]\n`,
      `error: ${file}:1:1 the file holds more than 200000 keys and values`,
    ],
    ['an anchor within itself', 'a: &a [*a]\n', `error: ${file}:1:8 the alias *a stands inside the value it names`],
    ['deep lists', `a: ${'['.repeat(1000)}\n`, `error: ${file}:1:103 lists and maps are nested more than 100 deep`],
    ['tabs', 'a:\n\tb: 1\n', `error: ${file}:2:1 a tab is used for indentation`],
    [
      'a list',
      '- a\n',
      `error: ${file}:1:1 a file of variables holds a map, but this holds a list (write one "name: value" a line)`,
    ],
    [
      'a key given twice, of which the last counts',
      'a: 1\na: 2\n',
      `warning: ${file}:2:1 the key "a" is given twice: this one counts (it is first given in line 1, column 1)`,
    ],
    [
      'an octal number',
      'mode: 0644\n',
      `warning: ${file}:1:7 0644 means 420 here: a leading zero makes it octal (write "0644" in quotes if it is text)`,
    ],
    [
      'a number to the base of 60',
      'at: 22:22\n',
      `warning: ${file}:1:5 22:22 means 1342 here: digits with colons are a number to the base of 60 (write "22:22" in quotes if it is text)`,
    ],
  ])('with %s', async (_, text, problem) => {
    const found = await problemsOf(file, text)
    expect(found[0]?.startsWith(problem), found[0]).toBe(true)
    expect(found.length).toBeLessThan(5)
  })

  test('marks and line ends of Windows are no mistake', async () => {
    expect(await problemsOf(file, '\uFEFFa: 1\r\nb: |\r\n  x\r\n')).toEqual([])
  })
})

describe('hosts', () => {
  test.each([
    [
      'ranges without end',
      'a[1:99999]\nb[1:99999]\nc[1:99999]\n',
      'hosts:2:1 this file names more than 100000 hosts (look at its ranges, or divide it)',
    ],
    ['one huge range', 'a[1:99999999]\n', "hosts:1:1 'a[1:99999999]': [1:99999999] names more than 100000 hosts"],
    ['a product of ranges', 'a[1:9999][1:9999]\n', "hosts:1:1 'a[1:9999][1:9999]' names more than 100000 hosts"],
    [
      'a long chain of groups',
      `${Array.from({ length: 20_000 }, (_, index) => `[g${index}:children]\ng${index + 1}\n`).join('')}[g20000]\n`,
      "hosts:2001:2 groups are nested more than 1000 deep, down to 'g1000' (take groups out of each other)",
    ],
    [
      'a long circle of groups',
      `${Array.from({ length: 500 }, (_, index) => `[g${index}:children]\ng${(index + 1) % 500}\n`).join('')}`,
      "hosts:1000:1 group 'g0' would be inside itself: g499 > g0 > g1",
    ],
    ['no line ends', `h ${'a'.repeat(4_000_000)}`, "hosts:1:3 expected name=value, got 'aaaa"],
    ['deep brackets', `h a=${'['.repeat(100_000)}\nh b\n`, "hosts:2:3 expected name=value, got 'b'"],
  ])('with %s', async (_, text, problem) => {
    const [first, second] = await problemsOf('hosts', text)
    expect(first?.startsWith(`error: ${problem}`), first).toBe(true)
    expect(second).toBeUndefined()
  })

  test('the first hundred of very many mistakes are told, and how many more there are', async () => {
    const problems = await reading('hosts', 'h a b c\n'.repeat(100_000))
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)?.summary).toBe('hosts has 299900 more of them')
  })

  test('what is told of a file without line ends is short', async () => {
    const text = `h ${'a'.repeat(1_000_000)}`
    const shown = showDiagnostics(await reading('hosts', text), () => text, { color: false, columns: 80 })
    expect(shown.length).toBeLessThan(1000)
    expect(shown).toContain('hosts:1:3')
  })
})

test('a directory where a file should be, and the other way round', async () => {
  const directory = directoryWith({ hosts: '[web]\nh1\n', 'group_vars/web.yml/one.yml': 'a: 1\n', host_vars: 'a: 1\n' })
  const { value, problems } = await readInventory([directory], { playbookDirectories: [] })
  expect(told(problems, directory)).toEqual(['warning: host_vars is not a directory'])
  expect(value.hosts.get('h1')?.vars.get('a')).toMatchObject({ node: { value: 1 } })
})

test('a device is no inventory', async () => {
  const { problems } = await readInventory(['/dev/zero'], { playbookDirectories: [] })
  expect(told(problems)).toEqual(['error: /dev/zero is no file (name a text file)'])
})
