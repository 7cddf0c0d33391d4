import { type InventoryCase, noHosts, refused } from './inventory-case.ts'

const hosts = 'lone\n[web]\nw1\nw2\n[db]\nd1\n[site:children]\nweb\ndb\n'

const directory = (name: string, files: InventoryCase['files'], more: Partial<InventoryCase> = {}): InventoryCase => ({
  name: `directory: ${name}`,
  files: Object.fromEntries(Object.entries(files).map(([path, text]) => [`inventory/${path}`, text])),
  inventories: ['inventory'],
  ...more,
})

const beside = (name: string, files: InventoryCase['files'], more: Partial<InventoryCase> = {}): InventoryCase => ({
  name: `beside: ${name}`,
  files: { hosts, ...files },
  ...more,
})

const script = (
  name: string,
  text: string,
  more: InventoryCase['files'] = {},
  differs?: InventoryCase['differs'],
): InventoryCase => ({
  name: `script: ${name}`,
  files: { hosts: `#!/bin/sh\n${text}\n`, ...more },
  differs,
})

/** Directories, files of variables, several inventories, scripts. */
export const directoryCases: readonly InventoryCase[] = [
  directory('order of names', {
    '10-web': '[web]\nw1 a=10\n',
    '02-db.yml': 'db: {hosts: {d1: , w1: {a: 2, b: 2}}}\n',
    '1-x': '[x]\nx1\n',
    Z: '[z]\nz1\n',
    a: '[a]\na1\n',
  }),
  directory('extensions', {
    'a.ini': 'ini\n',
    'b.cfg': 'cfg\n',
    'c.txt': 'txt\n',
    'd.md': 'md\n',
    'e.bak': 'bak\n',
    'f.orig': 'orig\n',
    'g.retry': 'retry\n',
    'h~': 'tilde\n',
    '.hidden': 'hidden\n',
    'i.rst': 'rst\n',
    'j.swp': 'swp\n',
    'k.rpm': 'rpm\n',
    'l.pyc': 'pyc\n',
    'm.conf': 'conf\n',
    'n.inv': 'inv\n',
    hosts: 'hosts\n',
  }),
  directory('directories in it', {
    'b/hosts': '[b]\nb1\n',
    'a/c/hosts': '[c]\nc1 v=1\n',
    'a/group_vars/c.yml': 'v: 2\n',
    hosts: '[c]\nc2\n',
    'group_vars/c.yml': 'w: 3\n',
    '.git/hosts': 'git\n',
  }),
  directory('a child declared in an earlier file', {
    '1': '[web]\nw1\n',
    '2': '[top:children]\nweb\n[web:vars]\na=1\n',
  }),
  directory('a child declared in a later file', { '1': '[top:children]\nweb\n', '2': '[web]\nw1\n' }),
  directory('variables of a group of a later file', { '1': '[web:vars]\na=1\n[x]\nx1\n', '2': '[web]\nw1\n' }),
  directory('one host in two files', {
    '1': '[web]\nh a=1 b=1\n',
    '2.yml': 'db: {hosts: {h: {b: 2}}}\n',
    '3': 'h c=3\n',
  }),
  directory('nothing in it', { 'README.md': 'no hosts\n' }, { differs: noHosts }),
  beside('files of groups and hosts', {
    'group_vars/all': 'a: all\nb: all\nc: all\nd: all\n',
    'group_vars/web.yml': 'b: web\nc: web\n',
    'group_vars/site.yaml': 'b: site\ne: site\n',
    'group_vars/db.json': '{"b": "db", "j": true}',
    'host_vars/w1': 'c: w1\n',
    'host_vars/d1.yml': 'x: [1, 2]\n',
    'group_vars/ungrouped': 'u: 1\n',
  }),
  beside('directories of variables', {
    'group_vars/web/2.yml': 'a: 2\nb: 2\n',
    'group_vars/web/10.yml': 'a: 10\n',
    'group_vars/web/sub/x.yml': 'c: sub\na: sub\n',
    'group_vars/web/.hidden.yml': 'a: hidden\n',
    'group_vars/web/old.yml~': 'a: old\n',
    'group_vars/web/notes.txt': 'a: txt\n',
    'group_vars/web/plain': 'p: 1\n',
    'group_vars/web/dir.d/x.yml': 'd: 1\n',
    'host_vars/w1/main.yml': 'h: 1\n',
  }),
  beside('which extension counts', {
    'group_vars/web.yaml': 'a: yaml\n',
    'group_vars/web.yml': 'a: yml\n',
    'group_vars/web.json': '{"a": "json"}',
    'group_vars/db/x.yml': 'a: dir\n',
    'group_vars/db.yml': 'a: yml\n',
    'host_vars/w1.json': '{"b": 1}',
    'host_vars/w1': 'b: plain\n',
  }),
  beside('the inventory over files, files over it', {
    hosts: '[web]\nw1 a=host b=host\n[web:vars]\na=group\nc=group\n[all:vars]\nd=all\nc=all\n',
    'group_vars/web': 'a: file\nc: file\n',
    'group_vars/all': 'd: file\nc: allfile\ne: allfile\n',
    'host_vars/w1': 'b: file\n',
  }),
  beside('priority in a file', {
    hosts: '[a]\nh\n[b]\nh\n',
    'group_vars/a': 'v: a\nansible_group_priority: 10\n',
    'group_vars/b': 'v: b\n',
  }),
  beside('priority and files', {
    hosts: '[a]\nh\n[b]\nh\n[a:vars]\nansible_group_priority=10\n',
    'group_vars/a': 'v: a\n',
    'group_vars/b': 'v: b\n',
  }),
  beside('maps are replaced', {
    hosts: '[web]\nw1\n',
    'group_vars/all': 'm: {a: 1, b: 1}\n',
    'group_vars/web': 'm: {b: 2}\n',
  }),
  beside('an empty file', { 'group_vars/web': '', 'group_vars/db': '---\n', 'host_vars/w1': '# nothing\n' }),
  beside('a list in a file', { 'group_vars/web': '- a\n' }),
  beside('a template and a date', { 'group_vars/web': 'a: "{{ b }}"\nd: 2026-11-24\no: 0644\n' }),
  beside('a file where group_vars should be', { group_vars: 'a: 1\n' }),
  beside('files of nobody', { 'group_vars/nobody.yml': 'a: 1\n', 'host_vars/none': 'a: 1\n' }),
  beside('a host with a dot in its name', {
    hosts: 'rs1.example.com\nrs1\n',
    'host_vars/rs1.example.com': 'a: long\n',
    'host_vars/rs1.yml': 'a: short\n',
  }),
  beside('a host called like a file', { hosts: 'rs1.yml\nrs1\n', 'host_vars/rs1.yml': 'a: 1\n' }),
  beside(
    'the playbook too',
    {
      'play/group_vars/web': 'a: play\n',
      'play/host_vars/w1': 'b: play\n',
      'play/group_vars/all': 'c: play\nd: play\n',
      'group_vars/web': 'a: inventory\nd: inventory\n',
      'host_vars/w1': 'b: inventory\n',
      'group_vars/all': 'c: inventory\n',
    },
    { playbookDirectory: 'play' },
  ),
  {
    name: 'several: the later wins',
    files: {
      'a/hosts': '[web]\nh v=1 w=1\n',
      'b/hosts': '[web]\nh v=2\ni\n',
      'a/group_vars/web': 'g: a\nx: a\n',
      'b/group_vars/web': 'g: b\n',
      'a/host_vars/h': 'y: a\n',
      'b/host_vars/h': 'y: b\n',
    },
    inventories: ['a/hosts', 'b/hosts'],
  },
  {
    name: 'several: the other way round',
    files: {
      'a/hosts': '[web]\nh v=1 w=1\n',
      'b/hosts': '[web]\nh v=2\ni\n',
      'a/group_vars/web': 'g: a\nx: a\n',
      'b/group_vars/web': 'g: b\n',
    },
    inventories: ['b/hosts', 'a'],
  },
  { name: 'several: one that is not there', files: { hosts: 'h\n' }, inventories: ['hosts', 'missing'] },
  { name: 'list', files: {}, inventories: ['a,b:2222,c.example,10.0.0.1:22,'] },
  { name: 'list: one host', files: {}, inventories: ['h,'] },
  { name: 'list: with blanks and IPv6', files: {}, inventories: [' a , b,2001:db8::1,[2001:db8::2]:22'] },
  {
    name: 'list: a range',
    files: {},
    inventories: ['rs[1:2],'],
    differs: {
      reason: 'A range works in a list of hosts too: `-i rs[1:2],`',
      ours: {
        list: { _meta: { hostvars: {} }, all: { children: ['ungrouped'] }, ungrouped: { hosts: ['rs1', 'rs2'] } },
      },
    },
  },
  { name: 'list: beside a file', files: { hosts: '[web]\na x=1\n' }, inventories: ['hosts', 'a,z'] },
  script(
    'with _meta',
    `echo '{"web": {"hosts": ["w1", "w2"], "vars": {"a": 1, "t": "{{ x }}"}, "children": ["sub"]}, "sub": {"hosts": ["s1"]}, "_meta": {"hostvars": {"w1": {"b": [1, 2]}, "nobody": {"c": 1}}}}'`,
  ),
  script(
    'without _meta',
    `if [ "$1" = --list ]; then echo '{"web": {"hosts": ["w1", "w2"]}, "db": ["d1"]}'; else echo '{"name": "'$2'", "n": 5}'; fi`,
  ),
  script('without _meta, silent on --host', `[ "$1" = --list ] && echo '{"web": {"hosts": ["w1"]}}'; exit 0`),
  script('a group of variables alone', `echo '{"h1": {"a": 1}, "_meta": {"hostvars": {}}}'`),
  script(
    'children that are declared nowhere',
    `echo '{"top": {"children": ["a", "b"]}, "b": {"hosts": ["b1"]}, "_meta": {"hostvars": {}}}'`,
  ),
  script(
    'all and ungrouped',
    `echo '{"all": {"hosts": ["h1", "h2"], "children": ["web"], "vars": {"x": 1}}, "web": {"hosts": ["h2"]}, "_meta": {"hostvars": {}}}'`,
  ),
  script(
    'group_vars beside it',
    `echo '{"web": {"hosts": ["w1"], "vars": {"a": 1, "b": 1}}, "_meta": {"hostvars": {"w1": {"c": 1}}}}'`,
    { 'group_vars/web': 'b: 2\n', 'host_vars/w1': 'c: 2\n' },
  ),
  script('names are no ranges', `echo '{"web": {"hosts": ["rs[1:2]", "h:22"]}, "_meta": {"hostvars": {}}}'`),
  script(
    'priority',
    `echo '{"a": {"hosts": ["h"], "vars": {"v": "a", "ansible_group_priority": 5}}, "b": {"hosts": ["h"], "vars": {"v": "b"}}, "_meta": {"hostvars": {}}}'`,
  ),
  script('that fails', 'echo trouble >&2; exit 3'),
  script('that prints no JSON', 'echo hello'),
  script(
    'that prints nothing',
    'true',
    {},
    refused('A script that fails is refused, and its own text is never read as an inventory'),
  ),
  script('that prints a list', 'echo "[]"'),
  script('hosts that are no list', `echo '{"web": {"hosts": "w1"}, "_meta": {"hostvars": {}}}'`),
  script('hostvars that are no map', `echo '{"web": {"hosts": ["w1"]}, "_meta": {"hostvars": []}}'`),
  script('warnings on stderr', `echo careful >&2; echo '{"web": {"hosts": ["w1"]}, "_meta": {"hostvars": {}}}'`),
  directory('a script in it', {
    'a.sh': `#!/bin/sh\necho '{"web": {"hosts": ["w1"]}, "_meta": {"hostvars": {}}}'\n`,
    b: '[top:children]\nweb\n',
  }),
]
