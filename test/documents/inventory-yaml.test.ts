import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInventoryYaml } from '../../src/documents/inventory-yaml.ts'
import { brief, places } from './inventory-brief.ts'

const parse = (text: string) => parseInventoryYaml(text, 'hosts.yml')

test('a whole file, in the order written', () => {
  const { value, problems } = parse(`
all:
  vars:
    vip: 192.0.2.100
  hosts:
    bastion:
    d1: {weight: 10, list: [1, two]}
  children:
    fleet:
      children:
        realserver:
          hosts:
            rs[01:02]:
              rip: 198.51.100.1
            rs9:2222:
        empty:
      vars:
        nic: eth0
director:
  hosts: d1
`)
  expect(problems).toEqual([])
  expect(brief(value)).toEqual([
    'group all',
    'all vip="192.0.2.100"',
    'all: bastion',
    'all: d1 weight=10 list=[1,"two"]',
    'group fleet',
    'group realserver',
    'realserver: rs01,rs02 rip="198.51.100.1"',
    'realserver: rs9 ansible_port=2222',
    'fleet > realserver',
    'group empty',
    'fleet > empty',
    'fleet nic="eth0"',
    'all > fleet',
    'group director',
    'director: d1',
  ])
})

test.each(['', '---\n', '# nothing\n', 'all:\n', 'all:\n  hosts:\n'])('%j says little and is no mistake', (text) => {
  expect(parse(text).problems).toEqual([])
})

test('JSON is YAML', () => {
  expect(brief(parse('{"all": {"hosts": {"h1": {"a": 1}}}}').value)).toEqual(['group all', 'all: h1 a=1'])
})

test.each([
  ['- h1\n', '1:1', 'an inventory is a map of groups', 'begin with "all:"'],
  ['just text\n', '1:1', 'an inventory is a map of groups', ''],
  ['plugin: aws_ec2\nregions: []\n', '1:1', 'inventory plugins are not supported', ''],
  ['hosts:\n  h1:\n', '1:1', "'hosts' stands where a group should", '"all:"'],
  ['web: 5\n', '1:6', "group 'web' is not a map", ''],
  ['all:\n  host:\n    h1:\n', '2:3', "unknown key 'host' in group 'all'", "did you mean 'hosts'?"],
  ['all:\n  web:\n    hosts:\n      h1:\n', '2:3', "unknown key 'web'", 'below "children:"'],
  ['all:\n  ansible_user: root\n', '2:3', "unknown key 'ansible_user'", 'below "vars:"'],
  ['all:\n  hosts:\n    - h1\n', '3:5', "'hosts' of group 'all' is not a map", 'no dash'],
  ['all:\n  children: [a]\n', '2:13', "'children' of group 'all' is not a map", 'no dash'],
  ['all:\n  vars: text\n', '2:9', "'vars' of group 'all' is not a map", ''],
  ['all:\n  hosts:\n    h1: 5\n', '3:9', "the variables of host 'h1' are not a map", '"h1:"'],
  ['all:\n  hosts:\n    rs[3:1]:\n', '3:5', 'counts down', ''],
  ['"":\n  hosts:\n', '1:1', 'a group needs a name', ''],
])('%j is a mistake', (text, place, summary, hint) => {
  const [problem, ...others] = parse(text).problems
  expect(others).toEqual([])
  expect(problem?.summary).toContain(summary)
  expect(problem?.hint ?? '').toContain(hint)
  expect(places(problem)).toBe(place)
})

test('all mistakes come at once, and the rest is read', () => {
  const { value, problems } = parse('all:\n  hosts:\n    h[1-2]:\n    ok:\n  hots: {}\nweb: [h]\n')
  expect(problems.map(places)).toEqual(['3:5', '5:3', '6:6'])
  expect(brief(value)).toContain('all: ok')
})

test('a file that is no YAML is reported as that, once', () => {
  const { problems } = parse('"all\n')
  expect(problems.map(({ severity }) => severity)).toEqual(['error'])
})

test('arbitrary text never throws', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('all:', 'hosts:', 'children:', 'vars:', '\n', '\n  ', '- ', '{', '}', 'a: 1'),
  )
  fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void parse(pieces.join(''))))
})
