import fc from 'fast-check'
import type { InventoryCase } from './inventory-case.ts'
import { recordedAnswers } from './recorded.ts'

const groups = ['web', 'db', 'a', 'b', 'top', 'mid'] as const
const below = fc.constantFrom(...groups)
const group = fc.oneof({ weight: 8, arbitrary: below }, { weight: 1, arbitrary: fc.constantFrom('all', 'ungrouped') })
const host = fc.constantFrom('h1', 'h2', 'h3', 'rs[1:3]', 'rs[01:03]', 'x[a:c]', 'h4:2222', '10.0.0.1', 'h1.example')
const variable = fc.constantFrom('v', 'w', 'x', 'ansible_user', 'ansible_group_priority', 'ansible_port')

const literals = [
  '1',
  '-2',
  '0644',
  '0x1F',
  '1.50',
  'True',
  'yes',
  'None',
  'text',
  "''",
  '"80"',
  '[1, "a", None]',
  "{'k': [1]}",
]
const oddities = [
  '1,2',
  '(1,)',
  '{1}',
  'a=b',
  "'one' 'two'",
  '1_0',
  '+3',
  '{{ x }}',
  '~',
  'null',
  '1e3',
  '08',
  '"a#b"',
  "r'\\n'",
  '[1',
]
const value = fc.constantFrom(...literals, ...oddities)
const numbers = fc.constantFrom('2', '-1', '10', '3')

const assignment = fc
  .tuple(variable, value, numbers)
  .map(([name, text, number]) => [name, name.startsWith('ansible_g') ? number : text] as const)

const inLine = assignment.chain(([name, text]) => {
  const quoted = [`${name}='${text.replaceAll("'", `'"'"'`)}'`, `${name}="${text.replace(/["\\]/g, '\\$&')}"`]
  return fc.constantFrom(...quoted, ...(/[\s'"[{]/.test(text) ? [] : [`${name}=${text}`]))
})

const lines = (line: fc.Arbitrary<string>) =>
  fc.array(line, { minLength: 1, maxLength: 4 }).map((all) => all.join('\n'))
const comment = fc.constantFrom('', '', '', ' # note', '\t#')

const hostLine = fc
  .tuple(host, fc.array(inLine, { maxLength: 3 }), comment)
  .map(([name, vars, end]) => [name, ...vars].join(' ') + end)
const varLine = fc
  .tuple(assignment, fc.constantFrom('=', ' = ', '=  '))
  .map(([[name, text], is]) => `${name}${is}${text}`)

const section = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(group, lines(hostLine)).map(([name, body]) => `[${name}]\n${body}`) },
  { weight: 2, arbitrary: fc.tuple(group, lines(varLine)).map(([name, body]) => `[${name}:vars]\n${body}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('top', 'mid', 'all'), lines(fc.constantFrom('web', 'db', 'a', 'b')))
      .map(([name, body]) => `[${name}:children]\n${body}`),
  },
)

/** Most files declare what they use at their end. */
const ini = fc
  .tuple(
    fc.option(hostLine),
    fc.array(section, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(true, true, true, false),
  )
  .map(([first, sections, declares]) => {
    const end = declares ? groups.map((name) => `[${name}]`) : []
    return `${[...(first === null ? [] : [first]), ...sections, ...end].join('\n')}\n`
  })

const plain = fc.constantFrom(
  '1',
  '0644',
  'yes',
  'on',
  '~',
  '1.5',
  '1e3',
  '0x1F',
  '22:22',
  '"80"',
  'text',
  '[1, no]',
  '{k: v}',
  '1_000',
)
const yamlVars = fc
  .array(fc.tuple(fc.constantFrom('v', 'w', 'y'), plain), { maxLength: 3 })
  .map((pairs) => `{${[...new Map(pairs)].map(([name, text]) => `${name}: ${text}`).join(', ')}}`)
const yamlHosts = fc
  .array(fc.tuple(host, fc.option(yamlVars)), { maxLength: 3 })
  .map((pairs) => `{${[...new Map(pairs)].map(([name, vars]) => `"${name}": ${vars ?? ''}`).join(', ')}}`)
const yamlGroup = fc
  .record({ hosts: fc.option(yamlHosts), vars: fc.option(yamlVars), child: fc.option(fc.constantFrom('a', 'b')) })
  .map(({ hosts, vars, child }) =>
    ['', hosts && `  hosts: ${hosts}`, vars && `  vars: ${vars}`, child && `  children: {${child}: }`]
      .filter((one) => one !== null)
      .join('\n'),
  )
const yaml = fc
  .array(fc.tuple(group, yamlGroup), { minLength: 1, maxLength: 4 })
  .map(
    (pairs) =>
      `${[...new Map(pairs)].map(([name, body]) => `${name}:${name === 'ungrouped' ? '' : body}`).join('\n')}\n`,
  )

const varsFile = fc
  .array(fc.tuple(fc.constantFrom('v', 'w', 'z'), plain), { minLength: 1, maxLength: 3 })
  .map((pairs) => `${[...new Map(pairs)].map(([name, text]) => `${name}: ${text}`).join('\n')}\n`)
const varsPath = fc.constantFrom(
  'group_vars/all',
  'group_vars/web.yml',
  'group_vars/db/one',
  'group_vars/mid.json.yml',
  'host_vars/h1',
  'host_vars/rs1.yaml',
  'group_vars/top.yaml',
)

const directory = fc
  .record({
    first: ini,
    second: fc.option(yaml),
    third: fc.option(ini),
    vars: fc.dictionary(varsPath, varsFile, { maxKeys: 4 }),
  })
  .map(({ first, second, third, vars }) => ({
    '1-first': first,
    ...(second === null ? {} : { '2-second.yml': second }),
    ...(third === null ? {} : { '3-third': third }),
    ...vars,
  }))

/** What the grammar gives for its one seed: kept in recorded/, so that neither side moves by itself. */
export const generate = (): Readonly<Record<string, InventoryCase['files']>> =>
  Object.fromEntries(
    fc
      .sample(directory, { seed: 20_261_124, numRuns: 80 })
      .map((files, index) => [`generated ${index + 1}`, { ...files }]),
  )

export const generatedInventories = (): readonly InventoryCase[] =>
  Object.entries(recordedAnswers<InventoryCase['files']>('generated-inventories')).map(([name, files]) => ({
    name,
    files,
    inventories: ['.'],
  }))
