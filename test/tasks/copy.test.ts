import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Facts, Plan } from '../../src/model/task-type.ts'
import type { FileReading } from '../../src/readings/file.ts'
import copy from '../../src/tasks/copy.ts'
import { toldContents } from '../../src/tasks/files/told.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const there = (content: string | Uint8Array, more: object = {}): FileReading => ({
  kind: 'file',
  sha256: sha256(content),
  size: Buffer.from(content).length,
  mode: '0640',
  owner: 'www',
  group: 'www',
  uid: 33,
  gid: 33,
  bytes: Buffer.from(content),
  ...more,
})
const absent: FileReading = { kind: 'absent' }

const local = new Map<string, Uint8Array>([
  ['site.conf', Buffer.from('listen 80;\n')],
  ['logo.png', Buffer.from([0x89, 0, 1])],
])
const planned = (input: Value, now: FileReading): Plan => {
  const parsed = copy.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const facts: Facts = {
    of: <T>({ key }: { key: string }) =>
      (key === 'file:/etc/x' || key === 'file:/etc/x/site.conf' ? now : { kind: 'absent' }) as T,
  }
  return copy.plan(parsed.args, facts, { host: 'h', groups: [], lasting: [], files: local })
}
const changes = (made: Plan) => {
  if (made.kind !== 'changes') throw new Error(JSON.stringify(made))
  return made.changes
}
const told = (made: Plan) => changes(made).map(({ what, from, to }) => [what, from, to])
const steps = (made: Plan) => changes(made).flatMap((change) => change.steps)
const undo = (made: Plan) => [...changes(made)].reverse().flatMap((change) => change.undo)
const after = (made: Plan, now: FileReading): FileReading =>
  (changes(made)
    .flatMap(({ leaves }) => leaves)
    .at(-1)?.value as FileReading | undefined) ?? now
const run = (...command: [string, ...string[]]) => ({ kind: 'run', command })
const put = (content: string | Uint8Array, more: object = {}) => ({
  kind: 'put',
  path: '/etc/x',
  content: Uint8Array.from(Buffer.from(content)),
  ...more,
})
const plain = (all: readonly object[]) =>
  all.map((step) => ('content' in step ? { ...step, content: Uint8Array.from(step.content as Uint8Array) } : step))

const table: readonly {
  name: string
  wish: { readonly [key: string]: Value }
  now: FileReading
  told: string[][]
  steps: object[]
  undo: object[]
}[] = [
  {
    name: 'a new file',
    wish: { content: 'a\n', mode: '600', owner: 'root', group: 'adm', validate: 'nginx -t' },
    now: absent,
    told: [['/etc/x', 'absent', 'a\n']],
    steps: [put('a\n', { mode: '0600', owner: 'root', group: 'adm', validate: 'nginx -t' })],
    undo: [run('rm', '-f', '--', '/etc/x')],
  },
  { name: 'as wished', wish: { content: 'a\n' }, now: there('a\n'), told: [], steps: [], undo: [] },
  {
    name: 'as wished, attributes too',
    wish: { content: 'a\n', mode: '0640', owner: 33, group: 'www' },
    now: there('a\n'),
    told: [],
    steps: [],
    undo: [],
  },
  {
    name: 'another content: attributes stay, undo has the old bytes',
    wish: { content: 'b\n' },
    now: there('a\n'),
    told: [['/etc/x', 'a\n', 'b\n']],
    steps: [put('b\n')],
    undo: [put('a\n', { mode: '0640', owner: 'www', group: 'www' })],
  },
  {
    name: 'another content and mode: one put, two differences',
    wish: { content: 'b\n', mode: '0600' },
    now: there('a\n'),
    told: [
      ['/etc/x', 'a\n', 'b\n'],
      ['mode of /etc/x', '0640', '0600'],
    ],
    steps: [put('b\n', { mode: '0600' })],
    undo: [put('a\n', { mode: '0640', owner: 'www', group: 'www' })],
  },
  {
    name: 'the mode alone',
    wish: { content: 'a\n', mode: '0600' },
    now: there('a\n'),
    told: [['mode of /etc/x', '0640', '0600']],
    steps: [run('chmod', '0600', '/etc/x')],
    undo: [run('chmod', '0640', '/etc/x')],
  },
  {
    name: 'owner and group alone: the mode is set again behind them',
    wish: { content: 'a\n', owner: 'root', group: 0 },
    now: there('a\n', { mode: '4755' }),
    told: [
      ['owner of /etc/x', 'www', 'root'],
      ['group of /etc/x', 'www', '0'],
    ],
    steps: [run('chown', 'root:0', '/etc/x'), run('chmod', '4755', '/etc/x')],
    undo: [run('chown', 'www:www', '/etc/x'), run('chmod', '4755', '/etc/x')],
  },
  {
    name: 'an owner without a name',
    wish: { content: 'a\n', owner: 'root' },
    now: there('a\n', { owner: undefined, uid: 4711 }),
    told: [['owner of /etc/x', '4711', 'root']],
    steps: [run('chown', 'root', '/etc/x'), run('chmod', '0640', '/etc/x')],
    undo: [run('chown', '4711', '/etc/x'), run('chmod', '0640', '/etc/x')],
  },
  {
    name: 'a local file',
    wish: { src: 'site.conf' },
    now: absent,
    told: [['/etc/x', 'absent', 'listen 80;\n']],
    steps: [put('listen 80;\n')],
    undo: [run('rm', '-f', '--', '/etc/x')],
  },
  {
    name: 'bytes that are not text',
    wish: { src: 'logo.png' },
    now: there('a\n'),
    told: [['/etc/x', 'a\n', `3 bytes, sha256 ${sha256(Buffer.from([0x89, 0, 1])).slice(0, 12)}…`]],
    steps: [put(Buffer.from([0x89, 0, 1]))],
    undo: [put('a\n', { mode: '0640', owner: 'www', group: 'www' })],
  },
  {
    name: 'a number is written as it reads',
    wish: { content: 8080 },
    now: there('8080'),
    told: [],
    steps: [],
    undo: [],
  },
]
test.each(table)('$name', ({ wish, now, ...expected }) => {
  const made = planned({ dest: '/etc/x', ...wish }, now)
  expect(told(made)).toEqual(expected.told)
  expect(plain(steps(made))).toEqual(expected.steps)
  expect(plain(undo(made))).toEqual(expected.undo)
  expect(told(planned({ dest: '/etc/x', ...wish }, after(made, now)))).toEqual([])
  expect(made.kind === 'changes' && made.wishes.map(({ key }) => key)).toEqual(['file:/etc/x'])
})

test('a directory gets the file under its own name', () => {
  const parsed = copy.parse({ dest: '/etc/d', src: 'site.conf' })
  if (!parsed.ok) throw new Error('parse')
  const known: { readonly [key: string]: FileReading } = {
    'file:/etc/d': { kind: 'other', what: 'directory' },
    'file:/etc/d/site.conf': absent,
  }
  const facts: Facts = { of: <T>({ key }: { key: string }) => known[key] as T }
  const made = copy.plan(parsed.args, facts, { host: 'h', groups: [], lasting: [], files: local })
  expect(told(made)).toEqual([['/etc/d/site.conf', 'absent', 'listen 80;\n']])
  const slash = copy.parse({ dest: '/etc/d/', src: 'site.conf' })
  expect(slash.ok && copy.readings(slash.args).map(({ key }) => key)).toEqual(['file:/etc/d/site.conf'])
})

test('a file that is there stays where it is not forced', () => {
  expect(told(planned({ dest: '/etc/x', content: 'b', mode: '0600', force: false }, there('a')))).toEqual([])
  expect(told(planned({ dest: '/etc/x', content: 'b', force: false }, absent))).toEqual([['/etc/x', 'absent', 'b']])
})

test('letters start from the mode that is there, or from that of a new file', () => {
  expect(told(planned({ dest: '/etc/x', content: 'a', mode: 'u+x' }, there('a')))).toEqual([
    ['mode of /etc/x', '0640', '0740'],
  ])
  expect(steps(planned({ dest: '/etc/x', content: 'a', mode: 'go=' }, absent))).toMatchObject([{ mode: '0600' }])
})

test('what a large file held is told by its hash, and cannot be brought back', () => {
  const made = planned(
    { dest: '/etc/x', content: 'a' },
    there('a\n', { size: 70_000, bytes: undefined, sha256: 'f'.repeat(64) }),
  )
  expect(told(made)).toEqual([['/etc/x', '70000 bytes, sha256 ffffffffffff…', 'a']])
  expect(undo(made)).toEqual([])
  expect(made).toMatchObject({ notes: [expect.stringContaining('cannot be brought back')] })
})

test('the prediction tests on the host what is known of the new file, and no more', () => {
  const [prediction] = changes(planned({ dest: '/etc/x', content: 'a', owner: 5 }, absent))[0]?.leaves ?? []
  expect(prediction?.reading.test(prediction.value)).toEqual([
    { kind: 'file', path: '/etc/x', is: { kind: 'file', sha256: sha256('a'), mode: '0644', owner: '5' } },
  ])
})

test.each<[FileReading, string, string]>([
  [{ kind: 'other', what: 'directory' }, '/etc/x/site.conf is a directory', 'name the file in it'],
  [{ kind: 'other', what: 'special file' }, '/etc/x is a special file', 'regular files'],
  [{ kind: 'link', to: '../y' }, '/etc/x is a link to ../y', 'name the file that it points to'],
  [{ kind: 'unreadable' }, '/etc/x cannot be read', 'become: true'],
  [{ kind: 'absent', parent: 'missing' }, 'the directory /etc is not there', 'make it first'],
])('%j is refused', (now, summary, hint) => {
  const made = planned({ dest: '/etc/x', src: 'site.conf' }, now)
  expect(made.kind === 'refuse' && made.problem.summary).toContain(summary)
  expect(made.kind === 'refuse' && made.problem.hint).toContain(hint)
})

test.each<[Value, string, string?]>([
  [{ dest: 'x', content: '' }, '`x` is not an absolute path'],
  [{ dest: '/x/', content: '' }, '`/x/` names a directory'],
  [{ dest: '/x/../y', content: '' }, 'takes a detour'],
  [{ dest: '/x//y', content: '' }, 'takes a detour'],
  [{ dest: '/x/.', content: '' }, 'takes a detour'],
  [{ dest: '/x' }, 'names nothing to copy', '`src`'],
  [{ dest: '/x', content: '', src: 'a' }, '`content` and `src` are both given'],
  [{ content: '' }, 'missing key `dest`'],
  [{ dest: '/x', content: '', mode: 644 }, 'the number 644 may mean two modes', "'0644'"],
  [{ dest: '/x', content: '', mode: 420 }, 'the number 420 may mean two modes', "'0420'"],
  [{ dest: '/x', content: '', mode: 493 }, 'the number 493 may mean two modes', "'0755'"],
  [{ dest: '/x', content: '', mode: 'u=q' }, '`u=q` is not a mode', "'0644'"],
  [{ dest: '/x', content: '', mode: '0999' }, '`0999` is not a mode'],
  [{ dest: '/x', content: '', mode: 'preserve' }, '`preserve` is not supported'],
  [{ dest: '/x', content: {} }, 'must be a text, a number or a boolean'],
  [{ dest: '/x', content: '', backup: true }, 'is not supported', 'the journal'],
  [{ dest: '/x', src: 'a', remote_src: true }, 'is not supported', 'command'],
])('%j is a mistake: %s', (input, summary, hint = '') => {
  const parsed = copy.parse(input)
  const problem = parsed.ok ? undefined : parsed.problems[0]
  expect(problem?.summary).toContain(summary)
  expect(problem?.hint ?? '').toContain(hint)
})

test('a long text is cut to what differs', () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`)
  const content = (all: readonly string[]) => {
    const bytes = Buffer.from(all.join('\n'))
    return { bytes, size: bytes.length, sha256: sha256(bytes) }
  }
  const { from, to } = toldContents(content(lines), content(lines.with(500, 'new')))
  expect(from).toBe('[… 498 lines]\nline 498\nline 499\nline 500\nline 501\nline 502\n[… 497 lines]')
  expect(to).toBe('[… 498 lines]\nline 498\nline 499\nnew\nline 501\nline 502\n[… 497 lines]')
  const shorter = toldContents(content(lines), content(lines.slice(0, 990)))
  expect(shorter.to).toBe('[… 988 lines]\nline 988\nline 989')
  expect(shorter.from).toContain('line 999')
  const one = toldContents(content(['x'.repeat(9000)]), content(['y'.repeat(9000)]))
  expect(one.to.length).toBeLessThan(4200)
  expect(one.to).toContain('4904 more characters')
})
