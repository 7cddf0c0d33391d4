import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readHostPattern } from '../../src/documents/inventory-hosts.ts'

const letters = [...'abcdefghijklmnopqrstuvwxyz']

test.each<[string, string[], number?]>([
  ['rs1', ['rs1']],
  ['rs1:2222', ['rs1'], 2222],
  ['rs1.example.com:22', ['rs1.example.com'], 22],
  ['192.0.2.1', ['192.0.2.1']],
  ['192.0.2.1:2200', ['192.0.2.1'], 2200],
  ['2001:db8::1', ['2001:db8::1']],
  ['::1', ['::1']],
  ['fe80::', ['fe80::']],
  ['[2001:db8::1]:2200', ['2001:db8::1'], 2200],
  ['[rs1]:2200', ['rs1'], 2200],
  ['rs[1:3]', ['rs1', 'rs2', 'rs3']],
  ['rs[1:3]:2222', ['rs1', 'rs2', 'rs3'], 2222],
  ['rs[01:03]', ['rs01', 'rs02', 'rs03']],
  ['rs[08:11]', ['rs08', 'rs09', 'rs10', 'rs11']],
  ['rs[001:003]', ['rs001', 'rs002', 'rs003']],
  ['rs[01:20:5]', ['rs01', 'rs06', 'rs11', 'rs16']],
  ['rs[0:2]', ['rs0', 'rs1', 'rs2']],
  ['rs[:2]', ['rs0', 'rs1', 'rs2']],
  ['rs[3:3]', ['rs3']],
  ['rs[8:10]', ['rs8', 'rs9', 'rs10']],
  ['db[a:c]', ['dba', 'dbb', 'dbc']],
  ['db[a:f:2]', ['dba', 'dbc', 'dbe']],
  ['db[A:C].x', ['dbA.x', 'dbB.x', 'dbC.x']],
  ['db[y:B]', ['dby', 'dbz', 'dbA', 'dbB']],
  ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b']],
  ['2001:db8::[1:3]', ['2001:db8::1', '2001:db8::2', '2001:db8::3']],
  ['192.0.2.[1:2]:22', ['192.0.2.1', '192.0.2.2'], 22],
])('%s', (text, names, port) => {
  expect(readHostPattern(text)).toEqual({ ok: true, names, ...(port === undefined ? {} : { port }) })
})

test.each([
  ['', 'a host needs a name'],
  ['---', 'begins a YAML file'],
  ['rs1:', "ends in ':'"],
  ['rs1:0', '0 is no port'],
  ['rs1:70000', '70000 is no port'],
  ['rs[1:3', 'never closed'],
  ['rs[1-3]', '[1-3] is no range'],
  ['rs[]', '[] is no range'],
  ['rs[1:2:3:4]', 'is no range'],
  ['rs[1:]', '[1:] has no end'],
  ['rs[1:a]', '[1:a] is no range'],
  ['rs[aa:bb]', '[aa:bb] is no range'],
  ['rs[-1:3]', '[-1:3] is no range'],
  ['rs[3:1]', '[3:1] counts down'],
  ['rs[c:a]', '[c:a] counts down'],
  ['rs[1:3:0]', 'the step of [1:3:0]'],
  ['rs[1:3:x]', 'the step of [1:3:x]'],
  ['rs[01:100]', 'different lengths'],
  ['rs[1:100000000]', 'more than 100000 hosts'],
  ['rs[1:1000][1:1000]', 'more than 100000 hosts'],
])('%s is a mistake: %s', (text, summary) => {
  expect(readHostPattern(text)).toMatchObject({ ok: false, summary: expect.stringContaining(summary) })
})

test('a range holds every step-th number from its first to its last, as wide as its first', () => {
  const numbers = fc.record({
    from: fc.nat(300),
    count: fc.nat(300),
    step: fc.integer({ min: 1, max: 9 }),
    wide: fc.boolean(),
  })
  fc.assert(
    fc.property(numbers, ({ from, count, step, wide }) => {
      const to = from + count
      const width = wide ? String(to).length + 1 : 0
      const show = (number: number): string => String(number).padStart(width, '0')
      const expected = Array.from({ length: Math.floor(count / step) + 1 }, (_, index) => show(from + index * step))
      expect(readHostPattern(`[${show(from)}:${show(to)}:${step}]`)).toEqual({ ok: true, names: expected })
    }),
  )
})

test('a range of letters holds every letter between its ends', () => {
  const ends = fc.tuple(fc.nat(25), fc.nat(25)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  fc.assert(
    fc.property(ends, ([from, to]) => {
      const expected = letters.slice(from, to + 1).map((letter) => `x${letter}y`)
      expect(readHostPattern(`x[${letters[from]}:${letters[to]}]y`)).toEqual({ ok: true, names: expected })
    }),
  )
})

test('arbitrary text never throws', () => {
  fc.assert(fc.property(fc.stringMatching(/^[ab01[\]:.-]*$/), (text) => void readHostPattern(text)))
})
