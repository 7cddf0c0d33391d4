/** A host pattern over one of the inventories below. */
export interface PatternCase {
  readonly inventory: keyof typeof patternFiles
  readonly pattern: string
  readonly limit?: string
  /** A difference on purpose. */
  readonly differs?: { readonly reason: string; readonly ours: readonly string[] }
}

export const patternFiles = {
  fleet: `bastion
[director]
d2
d1
[realserver]
rs[01:06]
[paris]
rs05
rs01
d1
[oslo]
rs02
rs06
[spare]
[sites:children]
paris
oslo
[site_west:children]
paris
`,
  names: `[web.tier]
w1.example.com
w2.example.com
[web]
w1.example.com
web.tier
[db-a]
db-a
db1
[v6]
2001:db8::1
2001:db8::2
fe80::1%eth0
[one]
10.0.0.1
10.0.0.11
a+b
`,
  'failed.retry': 'rs02\nrs01\n\ndirector\n!d2\n',
  local: '[here]\n127.0.0.1 ansible_connection=local\nrs1\n',
} as const

const over = (inventory: PatternCase['inventory'], ...patterns: readonly string[]): readonly PatternCase[] =>
  patterns.map((pattern) => ({ inventory, pattern }))

const limited = (pattern: string, ...limits: readonly string[]): readonly PatternCase[] =>
  limits.map((limit) => ({ inventory: 'fleet', pattern, limit }))

/** Every pattern that is held to real Ansible. */
export const patternCases: readonly PatternCase[] = [
  ...over('fleet', 'all', '*', 'director', 'rs03', 'director,rs01', 'rs01:director', 'rs01,rs01,paris'),
  ...over('fleet', 'paris:oslo', 'oslo,paris', 'sites', 'site_west', 'site*', 'sites:!paris', 'ungrouped', 'spare'),
  ...over('fleet', 'paris:&realserver', '&realserver:paris', 'paris:&realserver:!rs01', '!rs01:paris', '!paris'),
  ...over(
    'fleet',
    '&paris',
    '&paris:&realserver',
    '!director:!paris:!oslo',
    'all:!all',
    'all:&oslo,',
    'all,&oslo,!rs06',
  ),
  ...over(
    'fleet',
    'rs0?',
    'rs0[135]',
    'rs0[!135]',
    '*1',
    'd*',
    '[dr]*',
    'p*',
    '*s*',
    '?????',
    'rs*:&*1',
    '!rs*',
    'rs0[1-3]',
  ),
  ...over(
    'fleet',
    '~rs0[34]',
    '~rs0[34]$',
    '~.*1$',
    '~d',
    '~(d|rs)0?1',
    '~paris|oslo',
    '~^bastion',
    '~!',
    'all:!~rs.*',
    '~rs.*:&paris',
    'all:&~.*5',
  ),
  ...over('fleet', '~(?i)RS01', '~(?P<n>rs)02', '~rs0\\d', '~(', '~'),
  ...over(
    'fleet',
    'realserver[0]',
    'realserver[-1]',
    'realserver[1:3]',
    'realserver[2:]',
    'realserver[0:0]',
    'realserver[:2]',
    'realserver[-2:]',
  ),
  ...over(
    'fleet',
    'realserver[99]',
    'realserver[4:99]',
    'realserver[9:]',
    'realserver[-6]',
    'realserver[-7]',
    'realserver[3:1]',
    'rs*[1]',
    'rs01[0]',
    '*[0]',
    'all[2:4]',
    'sites[0],sites[-1]',
    'all:!realserver[0:2]',
    'all:&realserver[0]',
    'spare[0]',
    'realserver[x]',
  ),
  ...over(
    'fleet',
    'nobody',
    'rs09',
    'all:!nobody',
    'x*',
    'all:&nobody',
    'paris:nobody',
    ' director , rs01 ',
    'director:',
    ':director',
    'a b',
    '!',
    '&',
  ),
  ...over('fleet', 'localhost', 'localhost,rs01', '127.0.0.1', 'all:localhost', '!localhost', 'local*'),
  ...over('local', 'localhost', '127.0.0.1', 'all', 'localhost,rs1', '::1'),
  ...over(
    'names',
    'web.tier',
    'web',
    'w1.example.com',
    'web.tier:!w1.example.com',
    'web:&web.tier',
    'db-a',
    'all:!db-a',
    'db-a[0]',
    '*.example.com',
    'w1.*',
    'web*',
  ),
  ...over(
    'names',
    '2001:db8::1',
    '2001:db8::2,2001:db8::1',
    'v6:!2001:db8::1',
    'v6,!2001:db8::1',
    '10.0.0.1',
    '10.0.0.1*',
    '~10.0.0.1',
    '~10\\.0\\.0\\.1$',
    'a+b',
    '~a\\+b',
    '2001:db8::[1:2]',
  ),
  ...limited(
    'all',
    'paris',
    'oslo,paris',
    'rs0[12]',
    '!director',
    'nobody',
    '@failed.retry',
    'rs05,@failed.retry',
    '@missing',
    'paris:&realserver',
    'realserver[0]',
    '~.*2$',
  ),
  ...limited('realserver', 'rs06:rs02', 'director', 'all:!oslo', 'localhost'),
  {
    inventory: 'fleet',
    pattern: 'realserver[0-2]',
    differs: { reason: 'A slice is `group[0:2]`: the old `group[0-2]` is refused', ours: [] },
  },
  {
    inventory: 'names',
    pattern: 'fe80::1%eth0',
    differs: { reason: 'An IPv6 address with a zone, `fe80::1%eth0`, is one name', ours: ['fe80::1%eth0'] },
  },
  ...limited('oslo:paris', '!paris', 'sites:&realserver'),
]
