import fc from 'fast-check'
import { setting } from '../../host-facts.ts'
import { attributes, filesOutput, printed } from '../file-outputs.ts'

const name = fc.constantFrom('root', 'www', 33, 4711)
const content = fc.oneof(
  fc.record({ content: fc.constantFrom('', 'a\n', 'b\n', 80) }),
  fc.record({ src: fc.constantFrom('text', 'bytes', 'large') }),
)
const rest = fc.record(
  {
    owner: name,
    group: name,
    mode: fc.constantFrom('644', '0600', '4755', 'u+x', 'u=rw,go='),
    validate: fc.constant('true %s'),
  },
  { requiredKeys: [] },
)

export const args = fc.tuple(content, rest).map(([what, how]) => ({ dest: '/etc/x', ...what, ...how }))

const contents = fc.oneof(fc.constantFrom('', 'a\n', 'b\n', '80'), fc.uint8Array({ maxLength: 20 }))
const thing = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(contents, attributes).map(([bytes, how]) => printed.file(bytes, how)) },
  fc.constantFrom(printed.absent, printed.orphan, printed.directory, printed.link('y'), printed.unreadable),
)

// A local file may go into a directory: then both paths are read, in one source.
export const outputs = fc
  .tuple(thing, thing)
  .map(
    ([at, inside]) =>
      new Map([
        ...filesOutput('files:/etc/x', [at]),
        ...['text', 'bytes', 'large'].flatMap((name) => [...filesOutput(`files:/etc/x /etc/x/${name}`, [at, inside])]),
      ]),
  )

const files = new Map<string, Uint8Array>([
  ['text', Buffer.from('a\n')],
  ['bytes', Buffer.from([0, 255, 10])],
  ['large', Buffer.alloc(70_000, 120)],
])
export const settings = fc.constant({ ...setting(), files })
