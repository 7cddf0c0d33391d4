import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Rendered, Value } from '../../src/model/document.ts'
import { evaluate, isTrue, pendingField, renderNode, renderPartly, syntaxProblems } from '../../src/template/render.ts'
import { scopeOf, text, written, yaml } from './scope.ts'

const pending = { kind: 'pending', why: 'the result of check' } as const
const scope = written(
  `
nic: eth0
count: 2
names: [a, "{{ nic }}"]
map: {late: "{{ later }}", now: "{{ nic }}", deep: {late: "{{ later }}", list: [1, "{{ count }}"]}}
via: "{{ map }}"
one: "{{ two }}"
two: "{{ three.x }}"
three: {x: "{{ one }}", y: 1}
self: "{{ self }}"
lacks: "{{ nowhere }}"
around: "a{{ lacks }}b"
opt: {a: "{{ omit }}", b: 1, c: [1, "{{ omit }}"]}
`,
  { later: pending, raw: { kind: 'value', value: '{{ nic }} {% if' } },
)

const shown = (result: Rendered): unknown => {
  if (result.kind === 'value') return result.value
  if (result.kind === 'waits') return `waits on ${result.on}`
  const { at, summary } = result.problem
  return `${at?.file}:${at?.line}:${at?.column} ${summary}`
}

describe('renderNode', () => {
  test.each<[string, unknown]>([
    ['plain', 'plain'],
    ['5', 5],
    ['"{{ count }}"', 2],
    ['"{{ count }} "', '2 '],
    ['"{{ count }}{{ count }}"', '22'],
    ['"{{ \'1\' }}"', '1'],
    ['"{{ 1 + 1 }}"', 2],
    ['"{{ none }}"', null],
    ['"{{ none }}!"', '!'],
    ['"{{ names }}"', ['a', 'eth0']],
    ['"{{ names }}!"', "['a', 'eth0']!"],
    ['"{{ true }} {{ 1.5 }}"', 'True 1.5'],
    ['"{{ map.now }}"', 'eth0'],
    ['"{{ map.deep.list }}"', [1, 2]],
    ['"{{ map[\'now\'] }}"', 'eth0'],
    ['"{{ three.y }}"', 1],
    ['{"net.{{ nic }}.x": "{{ count }}", b: [1, "{{ nic }}"]}', { 'net.eth0.x': 2, b: [1, 'eth0'] }],
    ['"{{ raw }}"', '{{ nic }} {% if'],
    ['"{{ opt }}"', { b: 1, c: [1] }],
    ['{a: "{{ nope | default(omit) }}", b: 2}', { b: 2 }],
    ['"{% if count > 1 %}many{% endif %}"', 'many'],
    ['"{% if count > 5 %}many{% endif %}"', null],
    ['"a{# note #}b"', 'ab'],
    ['"{{ lacks | default(7) }}"', 7],
    ['"{{ around is defined }}"', false],
  ])('%s', (source, expected) => {
    expect(shown(renderNode(yaml(source), scope))).toEqual(expected)
  })

  test.each<[string, string]>([
    ['"{{ later }}"', 'waits on the result of check'],
    ['[1, "{{ later }}"]', 'waits on the result of check'],
    ['"{{ via.now }}"', 'waits on the result of check'],
    ['"{{ later | default(1) }}"', 'waits on the result of check'],
    ['"{{ later is defined }}"', 'waits on the result of check'],
    ['["{{ later }}", "{{ nope }}"]', 'waits on the result of check'],
  ])('%s waits', (source, expected) => {
    expect(shown(renderNode(yaml(source), scope))).toBe(expected)
  })

  test.each<[string, string]>([
    ['a: "{{ nicc }}"', 'play.yml:1:8 undefined variable "nicc"'],
    ["a: 'x {{ nicc }}'", 'play.yml:1:10 undefined variable "nicc"'],
    ['a: x {{ nicc }}', 'play.yml:1:9 undefined variable "nicc"'],
    ['- |\n  one\n  two {{ nicc }}', 'play.yml:3:10 undefined variable "nicc"'],
    ['- >-\n  one\n  two {{ nicc }}', 'play.yml:3:10 undefined variable "nicc"'],
    ['- "a\\tb {{ nicc }}"', 'play.yml:1:12 undefined variable "nicc"'],
    ["- 'it''s {{ nicc }}'", 'play.yml:1:13 undefined variable "nicc"'],
    ['- one\n  two {{ nicc }}', 'play.yml:2:10 undefined variable "nicc"'],
    ['- "one\n   two {{ nicc }}"', 'play.yml:2:11 undefined variable "nicc"'],
    ['- "x{{ map.nope }}"', 'play.yml:1:12 the map has no key "nope"'],
    ['- "{{ lacks }}"', 'vars.yml:11:12 undefined variable "nowhere"'],
    ['- "{{ one }}"', 'vars.yml:7:6 a variable needs itself: one uses two uses three.x uses one'],
    ['- "{{ self }}"', 'vars.yml:10:7 a variable needs itself: self uses self'],
    ['- "{{ 1 / 0 }}"', 'play.yml:1:9 division by zero'],
    ['- "{{ nic | uper }}"', 'play.yml:1:13 unknown filter "uper"'],
    ['- "{{ nic"', 'play.yml:1:10 the closing }} is missing'],
    ['{"{{ nic }}": 1, eth0: 2}', 'play.yml:1:18 two keys are "eth0" once rendered'],
    ['- "{{ range(1000000) }}"', 'play.yml:1:7 range() gives at most 100000 numbers'],
    ['- "{{ \'a\' * 100000000 }}"', 'play.yml:1:11 a result longer than 1000000 is refused'],
    [
      '- "{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}"',
      'play.yml:1:4 the template does too much work',
    ],
  ])('%s fails', (source, expected) => {
    expect(shown(renderNode(yaml(source), scope))).toBe(expected)
  })

  test('a similar name is suggested', () => {
    expect(renderNode(yaml('"{{ nicc }}"'), scope)).toMatchObject({ problem: { hint: 'did you mean nic?' } })
  })

  test('a node without templates gives the same value each time', () => {
    const node = yaml('{a: [1, {b: c}]}')
    const [first, second] = [renderNode(node, scope), renderNode(node, scope)]
    expect(first.kind === 'value' && second.kind === 'value' && first.value === second.value).toBe(true)
  })

  test('maps have no prototype', () => {
    const result = renderNode(yaml('{a: "{{ nic }}", __proto__: {polluted: 1}}'), scope)
    expect(result.kind === 'value' && Object.getPrototypeOf(result.value)).toBeNull()
    expect(result.kind === 'value' && Object.keys(result.value as object)).toEqual(['a', '__proto__'])
    expect('polluted' in {}).toBe(false)
  })

  test('many variables that double each other end in a problem, not in memory', () => {
    const doubling = Array.from({ length: 45 }, (_, index) => `v${index + 1}: "{{ v${index} }}{{ v${index} }}"`).join(
      '\n',
    )
    const result = renderNode(yaml('"{{ v45 }}"'), written(`v0: x\n${doubling}`))
    expect(result).toMatchObject({ kind: 'problem', problem: { summary: 'the text grows beyond 4 MiB' } })
  })
})

describe('renderPartly', () => {
  test.each<[string, unknown]>([
    ['"{{ later }}"', 'waits on the result of check'],
    ['[1, "{{ later }}", "{{ nic }}"]', [1, 'eth0']],
    ['{a: 1, "{{ later }}": 2, b: "{{ later }}", c: {d: "{{ later }}", e: 3}}', { a: 1, c: { e: 3 } }],
    ['"{{ map }}"', { now: 'eth0', deep: { list: [1, 2] } }],
    ['"{{ map.deep }}"', { list: [1, 2] }],
    ['"{{ via }}"', { now: 'eth0', deep: { list: [1, 2] } }],
    ['[1, "{{ nope }}"]', 'play.yml:1:9 undefined variable "nope"'],
    ['"{{ self }}"', 'vars.yml:10:7 a variable needs itself: self uses self'],
  ])('%s', (source, expected) => {
    expect(shown(renderPartly(yaml(source), scope))).toEqual(expected)
  })
})

describe('evaluate', () => {
  const result: Value = {
    changed: true,
    failed: pendingField('the result of r'),
    list: [1, pendingField('the second')],
  }
  const expressions = scopeOf({ r: result, nic: 'eth0', yes: true }, { later: pending })

  test.each<[string, unknown]>([
    ['false and later', false],
    ['yes or later', true],
    ['1 if yes else later', 1],
    ['later if not yes else 2', 2],
    ['nic == "eth1" and later.x', false],
    ['1 > 2 > later', false],
    ['later and false', 'waits on the result of check'],
    ['later | default(1)', 'waits on the result of check'],
    ['r.changed', true],
    ['r is changed', true],
    ['r.failed', 'waits on the result of r'],
    ['r is failed', 'waits on the result of r'],
    ['r is changed and r is not failed', 'waits on the result of r'],
    ['r', 'waits on the result of r'],
    ['r | to_json', 'waits on the result of r'],
    ['r.list[0]', 1],
    ['r.list | length', 2],
    ['r.list | last', 'waits on the second'],
    ['r.list | join(",")', 'waits on the second'],
    ['2 in r.list', 'waits on the second'],
    ['r.list == [1, 2]', 'waits on the second'],
    ['r.list | map("string") | list', 'waits on the second'],
    ['[r.failed]', 'waits on the result of r'],
    ['r.get("failed")', 'waits on the result of r'],
    ['r | combine({"failed": false})', 'waits on the second'],
    ['nope', 'play.yml:1:1 undefined variable "nope"'],
    ['nic.x', 'play.yml:1:5 text has no attribute "x"'],
    ["'{{ nic }}' == 'eth0'", 'play.yml:1:1 a template inside an expression is not rendered'],
    ['nic = 1', 'play.yml:1:5 expected an operator or the end, found "="'],
    ['nic && yes', `play.yml:1:5 "&" has no meaning in an expression`],
    ['', 'play.yml:1:1 expected a value, found the end'],
    ["lookup('pipe', 'id')", "play.yml:1:8 lookup('pipe') is not supported"],
    ['rnage(3)', 'play.yml:1:1 unknown function "rnage"'],
    ['nic is strng', 'play.yml:1:8 unknown test "strng"'],
    ['nic.uper()', 'play.yml:1:5 text has no method "uper"'],
    ['[1].append(2)', 'play.yml:1:5 append() would change a value, and values do not change'],
    ['nic | join(1, 2, 3)', 'play.yml:1:7 join takes at most 2 arguments, found 3'],
    ['[1] | join(seperator=",")', 'play.yml:1:7 join has no argument "seperator"'],
    ["nic is match('(')", 'play.yml:1:8 the pattern "(" is not valid: unterminated group'],
  ])('%s', (expression, expected) => {
    expect(shown(evaluate(text(expression), expressions))).toEqual(expected)
  })

  test('what is not text is its value', () => {
    expect(evaluate(yaml('true'), expressions)).toEqual({ kind: 'value', value: true })
    expect(evaluate(yaml('[1, "{{ nic }}"]'), expressions)).toEqual({ kind: 'value', value: [1, 'eth0'] })
  })
})

describe('nothing of the host language is reached', () => {
  const names = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'length',
    '__class__',
  ]
  const plain = scopeOf({ s: 'x', l: [1], n: 1, d: { a: 1 }, b: true, z: null })

  test.each(
    names.flatMap((name) => ['s', 'l', 'n', 'd', 'b', 'z'].flatMap((of) => [`${of}.${name}`, `${of}["${name}"]`])),
  )('%s is missing', (expression) => {
    expect(evaluate(text(expression), plain).kind).toBe('problem')
    expect(evaluate(text(`${expression} is defined`), plain)).toEqual({ kind: 'value', value: false })
  })

  test.each(names)('%s is no name, filter, test or function', (name) => {
    for (const expression of [
      name,
      `s | ${name}`,
      `s is ${name}`,
      `${name}()`,
      `s.${name}()`,
      `[s] | map("${name}") | list`,
    ]) {
      const result = evaluate(text(expression), plain)
      expect(result.kind === 'problem' || expression === 's | length' || expression.includes('map("length")')).toBe(
        true,
      )
    }
  })
})

test.each<[string, 'text' | 'expression', string[]]>([
  ['a: "{{ x"', 'text', ['play.yml:1:9 the closing }} is missing']],
  [
    '"{{ a | nope }}": "{{ b is nope }}"',
    'text',
    ['play.yml:1:9 unknown filter "nope"', 'play.yml:1:28 unknown test "nope"'],
  ],
  ['["{{ ok }}", "a b", "{% fi %}"]', 'text', ['play.yml:1:25 unknown statement {% fi %}']],
  ['[a ==, b]', 'expression', ['play.yml:1:6 expected a value, found the end']],
  ['[a == 1, true, 5]', 'expression', []],
])('syntaxProblems of %s as %s', (source, as, expected) => {
  const problems = syntaxProblems(yaml(source), as)
  expect(problems.map((problem) => shown({ kind: 'problem', problem }))).toEqual(expected)
})

test.each<[Value, boolean]>([
  ['', false],
  ['false', true],
  [0, false],
  [-1, true],
  [null, false],
  [[], false],
  [[0], true],
  [{}, false],
  [{ a: 0 }, true],
  [true, true],
])('isTrue(%j) is %s', (value, expected) => {
  expect(isTrue(value)).toBe(expected)
})

describe('whatever is written', () => {
  const word = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      'if',
      'else',
      'endif',
      'for',
      'in',
      'endfor',
      'set',
      'is',
      'not',
      'and',
      'or',
      'defined',
    ],
    ...[
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '|',
      '.',
      ',',
      ':',
      '~',
      '+',
      '-',
      '*',
      '/',
      '**',
      '%',
      '==',
      '<',
      '=',
      "'",
      '"',
      '\\',
      '\n',
      ' ',
    ],
    ...[
      'x',
      'l',
      'd',
      's',
      'n',
      '1',
      '0',
      '2.5',
      'join',
      'map',
      'select',
      'sort',
      'default',
      'range',
      'items',
      'upper',
      'match',
      'none',
    ],
  )
  const anyText = fc.oneof(
    fc.array(word, { maxLength: 25 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 25 }).map((words) => words.join('')),
    fc.string(),
  )
  const some = scopeOf({ x: 1, l: [3, 'a', null, [1]], d: { a: { b: 'c' } }, s: 'text', n: null })

  test('rendering and evaluating never throw', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        for (const result of [
          renderNode(text(source), some),
          evaluate(text(source), some),
          renderPartly(text(source), some),
        ])
          if (result.kind === 'problem') expect(result.problem.at?.line).toBe(1)
      }),
      { numRuns: 1000, seed: 20_261_124 },
    )
  }, 60_000)

  test('text without a template is itself', () => {
    fc.assert(
      fc.property(
        fc.string().filter((source) => !/\{[{%#]/.test(source)),
        (source) => {
          expect(renderNode(text(source), some)).toEqual({ kind: 'value', value: source })
        },
      ),
      { seed: 20_261_124 },
    )
  })

  test.each(['(', '[', '{', 'not ', '- ', 'x.', 'x|string|', '1+', '"a"~', 'x if ', '1 if x else '])(
    '%s a hundred thousand times',
    (part) => {
      expect(evaluate(text(part.repeat(100_000)), some).kind).toBe('problem')
      expect(evaluate(text(`${part.repeat(900)}x`), some).kind).toMatch(/problem|value/)
    },
  )
})
