import fc from 'fast-check'
import { printed, printedFiles } from '../file-outputs.ts'

const line = fc.constantFrom('nginx -t', "printf '%s' 'a b'", 'cd /x; ls')
const look = fc.constantFrom('is it', 'test -e /x')
const path = fc.constantFrom('/a', '/b')

export const args = fc.oneof(
  line,
  fc.array(fc.oneof(fc.constantFrom('a', 'b | c'), fc.nat(9)), { minLength: 1, maxLength: 3 }),
  fc.record(
    { cmd: fc.constantFrom('x', 'x y'), creates: path, removes: path, unless: look, onlyif: look, stdin: line },
    { requiredKeys: ['cmd'] },
  ),
)

const thing = fc.constantFrom(printed.absent, printed.directory, printed.file('x'), printed.unreadable)
const success = fc.constantFrom(0, 1, 127)

export const outputs = fc.record({ a: thing, b: thing, is: success, test: success }).map(
  ({ a, b, is, test }) =>
    new Map([
      ['files:/a', { exitCode: 0, stdout: printedFiles([a]), stderr: '' }],
      ['files:/b', { exitCode: 0, stdout: printedFiles([b]), stderr: '' }],
      ['succeeds:["is","it"]', { exitCode: is, stdout: '', stderr: '' }],
      ['succeeds:["test","-e","/x"]', { exitCode: test, stdout: '', stderr: '' }],
    ]),
)
