import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

// Who may import whom. docs/architecture.md prints the same table for people.
const rooms: Record<string, readonly string[]> = {
  model: [],
  documents: ['model'],
  inventory: ['model', 'documents'],
  template: ['model', 'documents'],
  schedule: ['model', 'documents', 'inventory', 'template'],
  readings: ['model'],
  tasks: ['model', 'readings'],
  remote: ['model'],
  transport: ['model'],
  engine: ['model', 'schedule', 'tasks', 'readings', 'remote', 'transport'],
  rollout: ['model', 'engine', 'schedule', 'readings'],
  reporters: ['model', 'documents'],
  reference: ['model', 'documents'],
  lint: ['model', 'schedule', 'tasks', 'template'],
  lab: ['model'],
  cli: [
    'model',
    'documents',
    'inventory',
    'schedule',
    'template',
    'tasks',
    'transport',
    'engine',
    'rollout',
    'reporters',
    'lint',
    'reference',
    'lab',
  ],
}
/** Leaves at the top of src that every room may use. */
const leaves = ['secret.ts', 'nearest.ts', 'text-width.ts']
/** Outside packages and the rooms that may import them. */
const packages: Record<string, readonly string[]> = {
  ssh2: ['transport', 'lab'],
  'ssh-config': ['transport'],
  yaml: ['documents'],
  listr2: ['reporters'],
  'cli-truncate': ['reporters'],
  'string-width': ['.'],
  picocolors: ['reporters', 'documents', 'cli'],
  'p-limit': ['engine', 'rollout', 'transport'],
  commander: ['cli'],
  valibot: ['tasks'],
  '@valibot/to-json-schema': ['reference'],
  'ipaddr.js': ['readings', 'tasks', 'template', 'engine'],
  'fastest-levenshtein': ['.'],
}

const root = resolve(import.meta.dirname, '../src')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '.') : '.')
const imports = (path: string): string[] =>
  [
    ...readFileSync(join(root, path), 'utf8').matchAll(
      /^(?:import|export)\b[^'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

test.each(sources)('%s imports only what its room may', (path) => {
  const room = roomOf(path)
  for (const specifier of imports(path)) {
    if (specifier.startsWith('node:')) continue
    if (specifier.startsWith('.')) {
      const target = relative(root, resolve(dirname(join(root, path)), specifier))
      if (leaves.includes(target) || roomOf(target) === room) continue
      if (room === '.') {
        expect(roomOf(target), `${path} → ${target}`).toBe('model')
        continue
      }
      expect(rooms[room], `room ${room} is in the table`).toBeDefined()
      expect(rooms[room], `${path} → ${target}`).toContain(roomOf(target))
      continue
    }
    const name = specifier.startsWith('@')
      ? specifier.split('/').slice(0, 2).join('/')
      : (specifier.split('/')[0] ?? '')
    expect(packages[name], `package ${name} is in the table (${path})`).toBeDefined()
    expect(packages[name], `${path} → ${name}`).toContain(room)
  }
})

test('the table is read: an import that is not allowed would be found', () => {
  expect(imports('nearest.ts')).toEqual(['fastest-levenshtein'])
  expect(imports('secret.ts')).toContain('./model/connection.ts')
})

// Node 20 can lock itself up in it: docs/decisions/0003-ssh2-private.md.
test.each(sources)('%s exports no key as JWK', (path) => {
  expect(readFileSync(join(root, path), 'utf8')).not.toMatch(/\.export\(\{[^}]*format: 'jwk'/)
})
