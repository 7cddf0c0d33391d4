import { type InventoryCase, refused, withVars } from './inventory-case.ts'

const ini = (name: string, hosts: string, differs?: InventoryCase['differs']): InventoryCase => ({
  name: `ini ${name}`,
  files: { hosts },
  ...(differs && { differs }),
})

/** Ansible's INI dialect, with what surprises in it. */
export const iniCases: readonly InventoryCase[] = [
  ini('groups', 'lone\n[web]\nw1\nw2\n[db]\nd1\nw1\n'),
  ini('ranges', '[rs]\nrs[01:20:2]\ndb[a:f].example\n[1:3]x[8:10]\nq[:2]\nup[x:C]\nw[008:011]\n'),
  ini(
    'numbers',
    'h a=1 b=1.5 c=-5 d=+5 e=--5 f=0x10 g=0o17 h=0b11 i=0644 j=1_000 k=1e3 l=.5 m=5. o=00 p=1__0 q=-0x10\n',
  ),
  ini('words', 'h a=True b=False c=None d=yes e=true f=null g=no h=nan i=inf j=... k=set\n'),
  ini(
    'collections',
    `h a=[1,2] b='{"a": 1}' c=80,443 d='(1, 2)' e='(1)' f='[1, "x", [True, None]]' g='{1}' h='[1, 2' i='{"a": {1: "b"}}' j=1, k='[]' l='{}' m='()'\n`,
  ),
  ini(
    'strings',
    `h a='"80"' b="'80'" c="'a' 'b'" d="r'a\\\\n'" e="'a\\\\n'" f="u'x'" h="f'x'" i="'''long'''" j="'\\\\x41\\\\u00e9'"\n`,
  ),
  ini(
    'quoting',
    `h a='two words' b="x y" c=a\\ b e='"' f=x'y'z g="a\\"b" h="a\\nb" i='' j= k='a\\b' l="a\\\\b" m==x n=a=b\n`,
  ),
  ini(
    'comments',
    '# one\n; two\nh1 a=1 # three\nh2 a=x#y b=2\nh3 a="x#y" b=;z\n  # four\n[web] # five\nw1#six\n[web:vars]\nb=1 # seven\nc=x # eight\n;d=1\n[a:children] # nine\nweb # ten\n',
  ),
  ini(
    'variables of a group',
    `[web]\nw1\n[web:vars]\na = 1\nb=two words\nc='quoted'\nd="80"\ne=\nf = [1, 2]\ng={"a": [1, {"b": None}]}\nh==x\ni=True\nj=yes\nk=0644\nl = a = b\nm="#x"\nn='it''s'\no=1,2\nwith space=1\n`,
  ),
  ini('variables before the group', '[web:vars]\na=1\n[web]\nw1\n'),
  ini('variables of no group', '[web:vars]\na=1\n[db]\nd1\n'),
  ini('variables of a group that is a child only', '[top:children]\nweb\n[web:vars]\na=1\n'),
  ini('children declared later', '[top:children]\nmid\n[mid:children]\nweb\ndb\n[web]\nw1\n[db]\nd1\n'),
  ini('children declared before', '[web]\nw1\n[db]\nd1\n[mid:children]\ndb\nweb\n[top:children]\nmid\n'),
  ini(
    'children in the middle',
    '[db]\nd1\n[top:children]\nweb\ndb\n[other]\no1\n[web]\nw1\n[late:children]\nother\nweb\n',
  ),
  ini('a child of nobody', '[top:children]\nweb\n'),
  ini('an unknown kind of section', '[web:hots]\nw1\n'),
  ini('a section with blanks', '[my web]\nw1\n'),
  ini('a section within brackets', '[[web]]\nw1\n'),
  ini('an empty section', '[]\nw1\n'),
  ini('text behind a section', '[web]x\nw1\n'),
  ini('sections opened twice', '[web]\nw1 a=1\n[db]\nd1\n[web]\nw2\nw1 b=2\n[web:vars]\nx=1\n[web:vars]\nx=2\n'),
  ini('names of groups', '[my-group]\na1\n[my.group]\na2\n[1st]\na3\n[grüppe]\na4\n[a/b]\na5\n'),
  ini(
    'ports',
    'h1:2222\n10.0.0.1:22\n[2001:db8::1]:2200\n2001:db8::2\nrs[1:2]:2222\nh2:2222 ansible_port=3333\nh1:2223\n',
  ),
  ini('a port of letters', 'h1:ssh\n'),
  ini('a port beyond 65535', 'h1:99999\n', refused('A port is 1 to 65535')),
  ini('a colon at the end', 'h1:\n'),
  ini('an IPv6 address that ends in colons', '2001:db8::\n'),
  ini('IPv6 with a range', '2001:db8::[1:3]\n'),
  ini('the head of a YAML file', '---\nh1\n'),
  ini('a word without =', 'h1 a=1 b\n'),
  ini('blanks around =', 'h1 a = 1\n'),
  ini('a quote that stays open', "h1 a='x\n"),
  ini('a backslash at the end', 'h1 a=x\\\n'),
  ini('a range that is none', 'h[1]\n'),
  ini('a range with a letter and a number', 'h[a:3]\n'),
  ini('a range of unequal width', 'h[01:3]\n'),
  ini('a range without an end', 'h[1:]\n'),
  ini(
    'a range that counts down',
    'h1\nh[3:2]\n',
    refused('A range that counts down, `[3:1]`, names no host and is refused'),
  ),
  ini('a range with step 0', 'h[1:3:0]\n'),
  ini('a range that is not closed', 'h[1:3\n'),
  ini('letters in steps', 'h[a:i:3]\nx[a:c][1:2]\n'),
  ini('a host of several groups', '[a]\nh1 x=1 y=1\n[b]\nh1 x=2\n[c:children]\na\nb\n'),
  ini(
    'all and ungrouped by hand',
    '[all]\nh1\nh2 a=1\n[ungrouped]\nh3\n[web]\nh2\n[all:vars]\nx=1\n[ungrouped:vars]\ny=2\n',
  ),
  ini('all with children', '[all:children]\nweb\n[web]\nw1\n[empty]\n'),
  ini('all as a child', '[web:children]\nall\n[db]\nd1\n'),
  ini('groups in a circle', '[a:children]\nb\n[b:children]\na\n'),
  ini('a group in itself', '[a:children]\na\n'),
  ini('a host named like a group', '[web]\nweb\nw1\n'),
  ini('a host named like a group it is not in', 'web\n[web]\nw1\n'),
  ini(
    'depth and priority',
    '[a]\nh\n[b]\nh\n[c]\nh\n[a:vars]\nv=a\nansible_group_priority=10\n[b:vars]\nv=b\n[c:vars]\nv=c\nansible_group_priority=5\n',
  ),
  ini('a priority that is no number', '[a]\nh\n[a:vars]\nansible_group_priority=high\n'),
  ini(
    'a priority with a fraction',
    '[a]\nh\n[b]\nh\n[a:vars]\nansible_group_priority=2.7\nv=a\n[b:vars]\nansible_group_priority="2"\nv=b\n',
  ),
  ini(
    'depth above priority',
    '[top:children]\na\n[a]\nh\n[b]\nh\n[top:vars]\nansible_group_priority=99\nv=top\n[a:vars]\nv=a\nansible_group_priority=-1\n[b:vars]\nv=b\nansible_group_priority=50\n',
  ),
  ini(
    'a diamond',
    '[top:children]\nl\nr\n[l:children]\nx\n[r:children]\nm\n[m:children]\nx\n[x]\nh\n[l:vars]\nv=l\n[r:vars]\nv=r\n[m:vars]\nv=m\nw=m\n[top:vars]\nw=top\nu=top\n[all:vars]\nu=all\nt=all\n',
  ),
  ini('Windows line ends', '[web]\r\nw1 a=1\r\n[web:vars]\r\nb=x\r\n'),
  ini('old line ends and form feeds', '[web]\rw1 a=1\x0cw2\x0bw3\u2028w4\x85w5\n'),
  ini('tabs and indentation', '\t[web]\n\tw1\ta=1\n    w2 \t a=2   \n[web:vars]\n\ta\t=\t3\n'),
  ini('an empty file', ''),
  ini('comments alone', '# nothing\n; here\n'),
  ini(
    'behaviour variables',
    'local ansible_connection=local\nrs1 ansible_host=192.0.2.1 ansible_port=2222 ansible_user=ops ansible_become=yes ansible_become_user=root ansible_become_method=sudo ansible_ssh_common_args="-o ProxyJump=gate"\n',
  ),
  ini('localhost', 'localhost\n127.0.0.1\n[web]\nlocalhost ansible_connection=local\n'),
  ini('templates', 'h a="{{ b }}" b=x\n[all:vars]\nc={{ a | default(1) }}\nd="{{ a }}"\n'),
  ini('bytes and complex numbers', `h a="b'x'" b=1+2j c=2j\n`, {
    reason: "Python's bytes and complex numbers stay text as written",
    ours: withVars('h', { a: "b'x'", b: '1+2j', c: '2j' }),
  }),
  ini('a template of literals', `h a='{{ [1] }}'\n`, {
    reason: 'A template of literals alone, `{{ [1] }}`, is a value of a host line too, where Ansible stumbles',
    ours: withVars('h', { a: '{{ [1] }}' }),
  }),
  ini('groups below ungrouped', '[ungrouped:children]\na\n[ungrouped]\nh1\n[a]\nh1\nh2\n[ungrouped:vars]\nv=1\n', {
    reason: 'A host of a group below `ungrouped` has the variables of `ungrouped`, also where it is named in both',
    ours: {
      list: {
        _meta: { hostvars: { h1: { v: 1 }, h2: { v: 1 } } },
        all: { children: ['ungrouped'] },
        ungrouped: { children: ['a'] },
        a: { hosts: ['h1', 'h2'] },
      },
    },
  }),
  ini('a host with variables and a group of one name', '[web]\nweb v=1\nw1\n', {
    reason: 'A host and a group of one name each keep their own variables (with a warning)',
    ours: {
      list: {
        _meta: { hostvars: { web: { v: 1 } } },
        all: { children: ['ungrouped', 'web'] },
        web: { hosts: ['web', 'w1'] },
      },
    },
  }),
  ini('a child that has variables first', '[a:vars]\nx=1\n[all:children]\na\nb\n[b]\n[a]\nh\n'),
  ini('names that need escapes', '[web]\n"quoted name" a=1\nback\\ slash\nümlaut x=ü\n'),
]
