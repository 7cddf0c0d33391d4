import fc from 'fast-check'
import { attributes, filesOutput, printed } from '../file-outputs.ts'

const rest = fc.record(
  { owner: fc.constantFrom('root', 33), mode: fc.constantFrom('644', 'u+x'), force: fc.boolean() },
  { requiredKeys: [] },
)

export const args = fc
  .tuple(fc.constantFrom('a\n', 'b\n'), rest)
  .map(([text, how]) => ({ dest: '/etc/x', src: { path: '/t/x.j2', text }, ...how }))

const thing = fc.oneof(
  fc.tuple(fc.constantFrom('', 'a\n', 'b\n'), attributes).map(([text, how]) => printed.file(text, how)),
  fc.constantFrom(printed.absent, printed.orphan, printed.directory, printed.link('y'), printed.unreadable),
)

export const outputs = fc
  .tuple(thing, thing)
  .map(([at, inside]) => filesOutput('files:/etc/x /etc/x/x.j2', [at, inside]))
