import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lintSchedule } from '../../src/lint/lint.ts'
import { checkPlays } from '../../src/schedule/check.ts'
import type { Schedule } from '../../src/schedule/schedule.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { part } from '../part.ts'
import { fleet, scheduleFiles } from './fleet.ts'

const hosts = ['d1', 'rs1', 'rs2', 'rs3', 'rs4']
const names = ['a', 'b', 'c']

/** Few, so that hosts are often alike: texts of one length and of others, and what is no plain text. */
const value = fc.constantFrom(
  'one',
  'one',
  'two',
  'two',
  '"1.1"',
  '"two\\n"',
  '""',
  '"1.2"',
  'three',
  '7',
  'true',
  'null',
  '[x, y]',
  '{k: v}',
  '"{{ b }}"',
  '"{{ c }}!"',
  '"{{ missing }}"',
)
const variables = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 3 })

const name = fc.constantFrom(...names, ...names, ...names, 'inventory_hostname', 'group_names', 'result', 'fact', 'nic')
const piece = fc
  .tuple(name, name)
  .chain(([x, y]) =>
    fc.constantFrom(
      `{{ ${x} }}`,
      `{{ ${x} }} and {{ ${y} }}`,
      `{{ nic }} {{ ${x} | default('none') }}`,
      `{% if ${x} == 'one' %}{{ ${y} }}{% else %}-{% endif %}`,
      `{% set v %}{{ ${x} }}{% endset %}{% if v == 'one' %}{{ missing }}{% endif %}`,
      `{% filter from_json %}{{ ${x} }}{% endfilter %}`,
      `{% for v in ${x} %}{{ v }}{{ ${y} }}{% endfor %}`,
    ),
  )
const printed = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(' '))
const task = fc.tuple(printed, name).chain(([text, x]) =>
  fc.constantFrom(
    `debug: {msg: '${text.replaceAll("'", "''")}'}`,
    `copy: {dest: /a, content: '${text.replaceAll("'", "''")}'}`,
    `fail: {msg: '${text.replaceAll("'", "''")}'}`,
    `wait-for: {host: '${text.replaceAll("'", "''")}', port: "{{ ${x} }}"}`,
    `wait-for: {command: '${text.replaceAll("'", "''")}'}`,
    `template: {src: page.j2, dest: "/{{ ${x} }}"}`,
    `sysctl: {net.ipv4.conf.{{ ${x} }}.arp_ignore: "{{ a }}", net.ipv4.ip_forward: "{{ ${x} }}"}`,
    'sysctl: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}',
    `vip-on-lo: "{{ ${x} }}"`,
    'vip-on-lo: 192.0.2.100',
    'persist:',
    `command: "ip {{ ${x} }} flush"`,
    `set_fact: {fact: "{{ ${x} }}"}`,
    `assert: {that: ["${x} == 'one'"], fail_msg: '${text.replaceAll("'", "''")}'}`,
    // Of a name that waits anything might be included, and no name would be missing any more.
    `include_tasks: "{{ ${names.includes(x) ? x : 'b'} }}.yml"`,
  ),
)
const around = name.chain((x) =>
  fc.constantFrom(
    '',
    `when: ${x} == "one"`,
    `when: ${x}`,
    `when: '"o" in ${x}'`,
    `loop: "{{ ${x} }}"`,
    'loop: [one, "{{ item | default(a) }}"]',
    `vars: {b: "{{ ${x} }} of the task"}`,
    'register: result',
  ),
)
const tasks = fc.array(fc.tuple(task, around), { minLength: 1, maxLength: 5 })
const play = fc.record({
  on: fc.subarray(hosts, { minLength: 1 }),
  tasks,
  vars: fc.constantFrom({}, {}, { a: 'one' }, { b: '"{{ c }}"' }),
})

const mapOf = (entries: Readonly<Record<string, string>>): string =>
  `{${Object.entries(entries)
    .map(([key, text]) => `${key}: ${text}`)
    .join(', ')}}`

const playText = ({
  on,
  tasks: all,
  vars,
}: {
  on: string[]
  tasks: [string, string][]
  vars: Record<string, string>
}) =>
  `- hosts: ${on.join(',')}\n  vars: ${mapOf(vars)}\n  tasks:\n${all
    .map(([what, more]) => `    - ${what}\n${more === '' ? '' : `      ${more}\n`}`)
    .join('')}`

/** No host is like another. */
const eachAlone =
  ({ scope }: Schedule): Schedule['classes'] =>
  (on, learned) => ({
    of: (_, compute) => on.hosts.map((host) => ({ hosts: [host], result: compute(scope(on, host, learned)) })),
  })

test('what is found for all hosts at once is what is found when each of them is looked at', async () => {
  const project = fc.record({
    plays: fc.array(play, { minLength: 1, maxLength: 3 }),
    vars: fc.record(Object.fromEntries(hosts.map((host) => [host, variables]))),
    page: printed,
  })
  await fc.assert(
    fc.asyncProperty(project, async ({ plays, vars, page }) => {
      const inventory = fleet(
        Object.fromEntries(hosts.map((host) => [host, mapOf(vars[host] ?? {})])),
        '{vip: 192.0.2.9}',
      )
      const files = {
        'site.yml': plays.map(playText).join(''),
        'templates/page.j2': page,
        'one.yml': '- debug: {msg: "{{ a }} {{ gone }}"}\n- set_fact: {c: 1}\n',
      }
      const { value } = await scheduleFiles(files, { inventory, taskTypes })
      if (value === undefined) throw new Error('nothing was scheduled')
      const found = (classes: Schedule['classes']) => {
        const all = value.playbooks.flatMap((playbook) => playbook.plays)
        const built = all.map((each) => ({ play: each, lost: [], sound: true, tags: new Set<string>() }))
        const included = { get: value.includedBy, isOn: () => true, tags: [], whole: true, problems: [] }
        return [...checkPlays(built, { classes, included }), ...lintSchedule({ ...value, classes }, inventory)]
      }
      expect(found(value.classes)).toEqual(found(eachAlone(value)))
    }),
    { numRuns: part('lint by classes of hosts: projects', 3000, 200) },
  )
})
