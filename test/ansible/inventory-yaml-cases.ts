import { type InventoryCase, noHosts, refused, withVars } from './inventory-case.ts'

const yaml = (name: string, hosts: string, differs?: InventoryCase['differs']): InventoryCase => ({
  name: `yaml ${name}`,
  files: { 'hosts.yml': hosts },
  inventories: ['hosts.yml'],
  ...(differs && { differs }),
})

const unknownKey: InventoryCase['differs'] = refused(
  'What Ansible skips in a YAML inventory with a warning (an unknown key, a group that is no map) is refused',
)
const yamlOnly: InventoryCase['differs'] = refused(
  'A file named `.yml`, `.yaml` or `.json` is read as YAML and never as INI',
)

/** YAML and JSON inventories. */
export const yamlCases: readonly InventoryCase[] = [
  yaml(
    'groups',
    'all:\n  hosts: {lone: {a: 1}}\n  children:\n    web: {hosts: {w1: , w2: {x: y}}, vars: {v: 1}}\n    db: {children: {east: {hosts: {d1: }}, west: }}\n',
  ),
  yaml('names without a map', 'web:\n  hosts: w1\n  children: db\n'),
  yaml(
    'ranges and ports',
    'web:\n  hosts:\n    rs[01:03]: {a: 1}\n    h:2222:\n    "[2001:db8::1]:2200":\n    x[a:c][1:2]:\n',
  ),
  yaml('groups at the top', 'web: {hosts: {w1: }}\ndb: {hosts: {d1: , w1: {late: true}}}\nempty:\n'),
  yaml('children before their group', 'top: {children: {web: }}\nweb: {hosts: {w1: }, vars: {a: 1}}\n'),
  yaml(
    'the words of YAML 1.1',
    'all:\n  hosts:\n    h: {a: yes, b: No, c: on, d: OFF, e: y, f: n, g: ~, h: Null, i: , j: "yes", k: TRUE, l: tRUE, m: nUll}\n',
  ),
  yaml(
    'the numbers of YAML 1.1',
    'all:\n  hosts:\n    h: {a: 0644, b: 0o17, c: 0x1F, d: 0b11, e: 1_000, f: 1e3, g: 1.5e+3, h: 22:22, i: 1:30.5, j: 089, k: +1, l: -0, m: 1., n: .5, o: 0.0, p: 1e-3, q: 190:20:30, r: "0644", s: 01_1, t: -010}\n',
  ),
  yaml('dates', 'all:\n  hosts:\n    h: {a: 2026-11-24, b: "2026-11-24", c: 2026-11-24 04:12:00}\n', {
    reason: 'A date is text as written, no object of Python',
    ours: withVars('h', { a: '2026-11-24', b: '2026-11-24', c: '2026-11-24 04:12:00' }),
  }),
  yaml(
    'merges',
    'all:\n  vars:\n    base: &b {a: 1, b: 1}\n    more: {<<: *b, b: 2}\n    two: {b: 3, <<: [{c: 1}, *b]}\n  hosts: {h: {<<: *b, a: 9}}\n',
  ),
  yaml('a key given twice', 'all:\n  hosts: {h1: }\n  vars: {a: 1, a: 2}\n  hosts: {h2: }\n'),
  yaml(
    'block text',
    "all:\n  vars:\n    a: |\n      one\n      two\n    b: >-\n      three\n      four\n    c: \"x\\ty\\u00e9\"\n    d: 'it''s'\n  hosts: {h: }\n",
  ),
  yaml(
    'tags',
    'all:\n  vars: {a: !!str 5, b: !!int "5", c: !!float 5, d: !!bool "yes", e: !!null ""}\n  hosts: {h: }\n',
  ),
  yaml(
    'unsafe text',
    'all:\n  vars: {a: !unsafe "{{ x }}"}\n  hosts: {h: }\n',
    refused('`!unsafe` is missing: wrap such text in `{% raw %}` and `{% endraw %}`'),
  ),
  yaml('an unknown tag', 'all:\n  vars: {a: !mine x}\n  hosts: {h: }\n'),
  yaml('a number as host', 'all:\n  hosts:\n    1: {a: 1}\n'),
  yaml('a number as group', '5:\n  hosts: {h: }\n'),
  yaml('a boolean as host', 'all:\n  hosts:\n    on: {a: 1}\n'),
  yaml('numbers as keys', 'all:\n  vars: {m: {1: a, yes: b, null: c, 1.5: d}}\n  hosts: {h: }\n', {
    reason: 'Keys are text as written, in maps too (with a warning where that surprises)',
    ours: withVars('h', { m: { 1: 'a', yes: 'b', null: 'c', 1.5: 'd' } }),
  }),
  yaml('an unknown key', 'web:\n  hosts: {w1: }\n  var: {a: 1}\n', unknownKey),
  yaml('a value where a group should be', 'web:\n  hosts: {w1: }\ndb: 5\n', unknownKey),
  yaml('hosts as a list', 'web:\n  hosts: [w1, w2]\n'),
  yaml('variables of a host as text', 'web:\n  hosts: {w1: text}\n'),
  yaml('variables as a list', 'web:\n  hosts: {w1: }\n  vars: [a]\n'),
  yaml('a list at the top', '- web\n'),
  yaml('text at the top', 'web\n', yamlOnly),
  yaml('an empty file', ''),
  yaml('an empty map', '{}\n', noHosts),
  yaml('null', '---\n', noHosts),
  yaml('two documents', 'a: {hosts: {h: }}\n---\nb: {hosts: {i: }}\n'),
  yaml('tabs', 'all:\n\thosts: {h: }\n'),
  yaml('groups in a circle', 'a: {children: {b: {children: {a: }}}}\n'),
  yaml(
    'hosts at the top',
    'hosts: {h1: }\n',
    refused('`hosts`, `vars` and `children` at the top of a YAML inventory are refused: they belong below a group'),
  ),
  yaml(
    'all with its own hosts',
    'all: {hosts: {h1: , h2: }, children: {web: {hosts: {h2: }}, ungrouped: {hosts: {h3: }}}}\n',
  ),
  yaml('priority', 'a: {hosts: {h: }, vars: {v: a, ansible_group_priority: 3}}\nb: {hosts: {h: }, vars: {v: b}}\n'),
  yaml('Windows line ends', 'all:\r\n  hosts:\r\n    h: {a: 1}\r\n  vars:\r\n    t: |\r\n      x\r\n      y\r\n'),
  yaml('a mark at the beginning', '\uFEFFall:\n  hosts: {h: }\n'),
  yaml('odd names of groups', 'my-group: {hosts: {h: }}\nmy group: {hosts: {i: }}\n'),
  yaml('quoted templates', 'all:\n  hosts: {h: {a: "{{ b }}", b: "{% raw %}x{% endraw %}"}}\n'),
  yaml(
    'a plugin',
    'plugin: constructed\n',
    refused('Inventory plugins (`plugin:` in a YAML inventory, TOML) are missing'),
  ),
  { name: 'yaml without extension', files: { hosts: 'all:\n  hosts: {h: {a: 1}}\n' } },
  {
    name: 'yaml under the name of a host',
    files: { 'hosts.example.com': 'all:\n  hosts: {h: {a: 1}}\n' },
    inventories: ['hosts.example.com'],
    differs: {
      reason:
        'Whether a file is YAML or INI is told by its first line where its extension does not, `hosts.example.com` too',
      ours: withVars('h', { a: 1 }),
    },
  },
  {
    name: 'ini under the name of a host',
    files: { 'hosts.example.com': '[web]\nw1\n' },
    inventories: ['hosts.example.com'],
  },
  { name: 'ini under .yml', files: { 'hosts.yml': '[web]\nw1 a=1\n' }, inventories: ['hosts.yml'], differs: yamlOnly },
  { name: 'ini that looks like yaml', files: { hosts: 'host1\nhost2: \n' } },
  {
    name: 'json',
    files: {
      'hosts.json':
        '{"all": {"hosts": {"h": {"a": 1, "b": [true, null, "0644", 1.0, 1e3]}}, "children": {"web": {"hosts": {"w[1:2]": null}}}}}',
    },
    inventories: ['hosts.json'],
  },
  {
    name: 'json with tabs',
    files: { hosts: '{\n\t"all": {\n\t\t"hosts": {"h": {"a": "\\u00e9\\/", "yes": "no"}}\n\t}\n}\n' },
  },
]
