import { describe, expect, test } from 'vitest'
import { fleet, resolveOn, scheduleFiles, scheduleText } from './fleet.ts'

/** Where a variable can come from, from the lowest precedence to the highest. */
const layers = ['facts', 'inventory', 'play vars', 'vars_files', 'task vars', 'results', 'extra vars'] as const
type Layer = (typeof layers)[number]

/** What `{{ nic }}` is on rs1 when these layers bind it. */
const seen = async (of: ReadonlySet<Layer>): Promise<unknown> => {
  const when = (layer: Layer, text: string): string => (of.has(layer) ? text : '')
  const scheduled = await scheduleFiles(
    {
      'site.yml': `- hosts: rs1
  ${when('play vars', 'vars: {nic: play vars}')}
  ${when('vars_files', 'vars_files: [more.yml]')}
  tasks:
    - ${when('results', '{command: ls, register: nic}')}${of.has('results') ? '' : 'persist:'}
    - command: "{{ nic }}"
      ${when('task vars', 'vars: {nic: task vars}')}
`,
      'more.yml': 'nic: vars_files\n',
    },
    {
      inventory: fleet(of.has('inventory') ? { rs1: 'nic: inventory' } : {}),
      extraVars: of.has('extra vars') ? ['nic="extra vars"'] : [],
    },
  )
  expect(scheduled.said).toEqual([])
  const resolved = resolveOn(scheduled, '1.2', 'rs1', {
    facts: of.has('facts') ? { nic: 'facts' } : {},
    results: of.has('results') ? { nic: 'results' } : {},
  })
  const [item] = resolved.kind === 'items' ? resolved.items : []
  return item?.kind === 'work' ? item.args : undefined
}

describe('precedence', () => {
  test.each(layers.map((layer, index) => [layer, index] as const))(
    '%s wins over all below it',
    async (layer, index) => {
      expect(await seen(new Set(layers.slice(0, index + 1)))).toBe(layer)
    },
  )
  test.each(layers.slice(1).map((layer) => [layer]))('%s wins over facts alone', async (layer) => {
    expect(await seen(new Set(['facts', layer]))).toBe(layer)
  })

  test('a later file of variables wins', async () => {
    const scheduled = await scheduleFiles({
      'site.yml': '- hosts: rs1\n  vars_files: [a.yml, b.yml]\n  tasks: [{command: "{{ x }}"}]\n',
      'a.yml': 'x: a',
      'b.yml': 'x: b',
    })
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ args: 'b' }] })
  })

  test('a name is a variable before the task that registers it, and its result after', async () => {
    const scheduled = await scheduleText(
      '- hosts: rs1\n  vars: {r: var}\n  tasks:\n    - command: "{{ r }}"\n    - {command: ls, register: r}\n    - command: "{{ r.stdout }}"\n',
    )
    expect(scheduled.said).toEqual([])
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ args: 'var' }] })
    expect(resolveOn(scheduled, '1.3', 'rs1')).toMatchObject({ kind: 'waits' })
  })
})

describe('what the runner gives', () => {
  test.each([
    ['inventory_hostname', 'rs1'],
    ['inventory_hostname_short', 'rs1'],
    ['group_names', ['realserver']],
    ['groups.director', ['d1']],
    ['groups.all | length', 5],
    ['play_hosts', ['rs1', 'rs2']],
    ['ansible_play_hosts', ['rs1', 'rs2']],
    ['ansible_play_name', 'Play'],
    ['ansible_check_mode', false],
    ['ansible_host', 'rs1'],
    ['hostvars.rs1.ansible_host is defined', false],
    ['hostvars.d1.ansible_host', '192.0.2.9'],
    ['playbook_dir is match("/")', true],
    ['hostvars.rs2.weight', 2],
    ['hostvars[inventory_hostname].weight', 1],
    ['hostvars.d1.doubled', 6],
    ['hostvars.d1.inventory_hostname', 'd1'],
    ['hostvars.d1.nowhere is defined', false],
  ])('%s', async (expression, value) => {
    const inventory = fleet({
      d1: '{weight: 3, doubled: "{{ weight * 2 }}", ansible_host: 192.0.2.9}',
      rs1: 'weight: 1',
      rs2: 'weight: 2',
      rs3: 'weight: 3',
      rs4: 'weight: 4',
    })
    const scheduled = await scheduleText(
      `- name: Play\n  hosts: rs1,rs2\n  tasks: [{debug: {var: ${JSON.stringify(expression)}}}]\n`,
      { inventory },
    )
    expect(scheduled.said).toEqual([])
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ args: { var: { value } } }] })
  })

  test('the short name of a host is what stands before the first dot, but for addresses', async () => {
    const short = async (name: string) => {
      const inventory = fleet()
      const host = { name, groups: [], vars: new Map() }
      const one = {
        ...inventory,
        hosts: new Map([[name, host]]),
        groups: new Map([
          ['all', [name]],
          ['ungrouped', [name]],
        ]),
      }
      const scheduled = await scheduleText('- hosts: all\n  tasks: [{command: "{{ inventory_hostname_short }}"}]\n', {
        inventory: one,
      })
      return resolveOn(scheduled, '1.1', name)
    }
    expect(await short('rs1.example.org')).toMatchObject({ items: [{ args: 'rs1' }] })
    expect(await short('192.0.2.1')).toMatchObject({ items: [{ args: '192.0.2.1' }] })
  })

  test('check mode is known', async () => {
    const scheduled = await scheduleText('- hosts: rs1\n  tasks: [{command: "{{ ansible_check_mode }}"}]\n', {
      check: true,
    })
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ args: true }] })
  })

  test("a mistake in another host's variable is told at its place", async () => {
    const inventory = fleet({
      d1: 'a: "{{ nowhere }}"',
      rs1: 'b: "{{ hostvars.rs2.c }}"',
      rs2: 'c: "{{ hostvars.rs1.b }}"',
    })
    const said = async (expression: string) =>
      (await scheduleText(`- hosts: rs1\n  tasks: [{command: "{{ ${expression} }}"}]\n`, { inventory })).said
    expect(await said('hostvars.d1.a')).toEqual(['hosts.yml:1:8 undefined variable "nowhere"'])
    expect(await said('b')).toEqual(['hosts.yml:1:21 `c` of rs2 is made of itself'])
  })
})
