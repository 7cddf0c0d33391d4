import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toValue } from '../../src/documents/to-value.ts'
import { parseYaml } from '../../src/documents/yaml.ts'

type Dialect = 'playbook' | 'data'

const read = (source: string, dialect: Dialect = 'playbook'): unknown => {
  const { value } = parseYaml(source, 'f.yml', dialect)
  return value && toValue(value)
}

/** "line:column summary" of each problem; warnings begin with "warning". */
const problemsOf = (source: string, dialect: Dialect = 'playbook'): string[] =>
  parseYaml(source, 'f.yml', dialect).problems.map(
    ({ severity, summary, at }) => `${severity === 'warning' ? 'warning ' : ''}${at?.line}:${at?.column} ${summary}`,
  )

describe('scalars of a playbook', () => {
  test.each<[string, unknown]>([
    ['text', 'text'],
    ['"5"', '5'],
    ["'yes'", 'yes'],
    ['5', 5],
    ['-5', -5],
    ['+5', 5],
    ['0', 0],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b11', '0b11'],
    ['1_000', '1_000'],
    ['yes', true],
    ['Yes', true],
    ['on', true],
    ['TRUE', true],
    ['no', false],
    ['off', false],
    ['False', false],
    ['y', 'y'],
    ['n', 'n'],
    ['~', null],
    ['null', null],
    ['', null],
    ['22:22', '22:22'],
    ['1:30', '1:30'],
    ['02:00:00:00:00:01', '02:00:00:00:00:01'],
    ['10.0.0.1', '10.0.0.1'],
    ['010.0.0.1', '010.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2026-11-24', '2026-11-24'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['.inf', Number.POSITIVE_INFINITY],
    ['!!str 5', '5'],
    ['!!str yes', 'yes'],
    ['!!int "5"', 5],
    ['! 5', '5'],
    ['&a 5', 5],
    ['http://x/y', 'http://x/y'],
    ['{{x}', undefined],
  ])('a: %s', (source, expected) => {
    if (expected === undefined) expect(problemsOf(`a: ${source}`)).not.toEqual([])
    else {
      expect(problemsOf(`a: ${source}`)).toEqual([])
      expect(read(`a: ${source}`)).toEqual({ a: expected })
    }
  })

  test.each(['0644', '010', '00', '-01', '01.5'])('%s is refused for its leading zero', (source) => {
    expect(problemsOf(`a: ${source}`)).toEqual([
      `1:4 a number with a leading zero (${source}) means different things to different readers`,
    ])
  })

  test('a file mode keeps its leading zero, whatever it is written in', () => {
    expect(read('copy: {mode: 0644, src: a}\nfile:\n  mode: 0755')).toEqual({
      copy: { mode: '0644', src: 'a' },
      file: { mode: '0755' },
    })
    expect(problemsOf('mode: 0644')).toEqual([])
  })

  test('keys are text', () => {
    expect(read('yes: 1\non: 2\n80: 3\n0644: 4\nnull: 5\n1.0: 6')).toEqual({
      yes: 1,
      on: 2,
      '80': 3,
      '0644': 4,
      null: 5,
      '1.0': 6,
    })
    expect(problemsOf('yes: 1\non: 2\n0644: 4')).toEqual([])
  })
})

describe('scalars of inventories and variable files', () => {
  // Recorded from PyYAML 6.0.3; whole floats as integers, integers beyond 2^53 as their digits.
  const recorded: readonly (readonly [string, unknown])[] = JSON.parse(
    readFileSync(new URL('recorded/pyyaml-6.0.3.json', import.meta.url), 'utf8'),
  )
  test.each(recorded)('a: %s', (source, expected) => {
    expect(read(`a: ${source}`, 'data')).toEqual({ a: expected })
  })

  test.each<[string, string[]]>([
    ['a: 0644', ['warning 1:4 0644 means 420 here: a leading zero makes it octal']],
    ['a: 22:22', ['warning 1:4 22:22 means 1342 here: digits with colons are a number to the base of 60']],
    ['a: 1\nb: 2\na: 3', ['warning 3:1 the key "a" is given twice: this one counts']],
    ['yes: 1', ['warning 1:1 the key yes stays text here, where Ansible reads True']],
    ['a: yes\nb: 00\nc: 80', ['warning 2:4 00 means 0 here: a leading zero makes it octal']],
    ['80: a\nb: no', []],
  ])('%j warns where that surprises', (source, expected) => {
    expect(problemsOf(source, 'data')).toEqual(expected)
  })

  test('the last of equal keys counts', () => {
    expect(read('a: 1\nb: 2\na: 3', 'data')).toEqual({ a: 3, b: 2 })
  })
})

describe('templates without quotes', () => {
  test.each<[string, string[], unknown]>([
    ['a: {{ x }}\nb: 1', ['1:4'], { a: '{{ x }}', b: 1 }],
    ['a: {{ x }}/24 # c\nb: 1', ['1:4'], { a: '{{ x }}/24', b: 1 }],
    ['a: {{ x["y"] }}', ['1:4'], { a: '{{ x["y"] }}' }],
    ["a: {{ x | default('a: b') }}", ['1:4'], { a: "{{ x | default('a: b') }}" }],
    ['- {{ x }}\n- {{ y }}', ['1:3', '2:3'], ['{{ x }}', '{{ y }}']],
    ['a: [{{ x }}, {{ y }}]', ['1:5', '1:14'], { a: ['{{ x }}', '{{ y }}'] }],
    ['{{ k }}.x: 1', ['1:1'], { '{{ k }}.x': 1 }],
    ['a: {% if x %}1{% endif %}', ['1:4'], { a: '{% if x %}1{% endif %}' }],
  ])('%j', (source, places, value) => {
    const { problems } = parseYaml(source, 'f.yml', 'playbook')
    expect(problems.map(({ at }) => `${at?.line}:${at?.column}`)).toEqual(places)
    for (const { summary } of problems) expect(summary).toBe('a value that begins with a template must be in quotes')
    expect(read(source)).toEqual(value)
  })

  test('the hint shows the line as it must be', () => {
    expect(parseYaml('a: {{ x }}/24', 'f.yml', 'playbook').problems[0]?.hint).toBe(
      'write "{{ x }}/24": without quotes YAML reads { as the start of a map',
    )
  })

  test('in brackets only the template is shown', () => {
    expect(parseYaml('a: [{{ x }}, 1]', 'f.yml', 'playbook').problems[0]?.hint).toBe(
      'write "{{ x }}": without quotes YAML reads { as the start of a map',
    )
  })

  test('a comment behind is not part of it, and quotes inside ask for others outside', () => {
    const hints = ['a: {{ x }} # c', 'a: {{ x["y"] }}', `a: {{ x["y"]['z'] }}`].map(
      (source) => parseYaml(source, 'f.yml', 'playbook').problems[0]?.hint?.split(':')[0],
    )
    expect(hints).toEqual(['write "{{ x }}"', `write '{{ x["y"] }}'`, 'write "{{ … }}"'])
  })

  test('a template inside a value or key needs no quotes', () => {
    expect(problemsOf('net.{{ nic }}.x: a {{ b }}')).toEqual([])
  })
})

describe('mistakes, all at once and each at its place', () => {
  test.each<[string, string[]]>([
    ['a: 1\na: 2\na: 3', ['2:1 the key "a" is given twice', '3:1 the key "a" is given twice']],
    [
      'a: !vault |\n  x\nb: !foo 1\nc: !unsafe x\nd: !!binary x',
      [
        '1:11 this is no readable vault: it does not begin with $ANSIBLE_VAULT;1.1;AES256',
        '3:9 unknown tag !foo',
        '4:12 !unsafe is not supported yet',
        '5:13 unknown tag !!binary',
      ],
    ],
    ['a:\n\tb: 1', ['2:1 a tab is used for indentation']],
    ['a: b: c', ['1:4 a map cannot begin in the middle of this line']],
    ['a: "x" y', ['1:8 there is text after the end of the value']],
    ['a: @x', ['1:4 a value without quotes cannot begin with @']],
    ['a: `x`', ['1:4 a value without quotes cannot begin with `']],
    ['a: "\\d"', [String.raw`1:5 \d means nothing in double quotes`]],
    ['a: *nope', ['1:4 no anchor &nope before this alias']],
    ['a: &x [*x]', ['1:8 the alias *x stands inside the value it names']],
    ['a: 1\n---\nb: 2', ['2:1 a second document begins here']],
    ['? [a]\n: 1', ['1:3 a key must be text, not a list']],
    ['? {a: 1}\n: 1', ['1:3 a key must be text, not a map']],
    ['<<: 5', ['1:5 << needs a map or a list of maps']],
    ['a:b\nc: 1', ['1:1 a key cannot span several lines']],
    [
      '- 0644\n- x: [1, 2\n  y: 0644\n  z: &a &b 1',
      [
        '1:3 a number with a leading zero (0644) means different things to different readers',
        '3:3 the [ above is not closed',
        '4:9 a value can have only one anchor',
      ],
    ],
    ['a: "b\nc: d\n', ['1:4 the closing " is missing']],
    ["- a: 'b'\n- 'it''s\n- d\n", ["2:3 the closing ' is missing"]],
    ['# x\n% y\n\na: 1\n', ['2:1 a line that begins with % is a directive to YAML']],
    ['  hosts: a\n  tasks: []\n\n- hosts: b\n', ['1:3 the list that goes on in line 4 begins here without its "- "']],
    ['hosts: a\ntasks: []\n- hosts: b\n', ['1:1 the list that goes on in line 3 begins here without its "- "']],
    [
      '- a:\n    b:\n        c: 1\n        d: 2\n      - c: 3\n',
      ['3:9 the list that goes on in line 5 begins here without its "- "'],
    ],
    ['%YAML 1.2\n---\na: 1\n', []],
    ['a: 1\nb: \u0000', ['2:4 a text cannot hold the character U+0000']],
    ['a: Pr\ufffdfen', ['1:6 this file is not text in UTF-8']],
  ])('%j', (source, expected) => {
    expect(problemsOf(source)).toEqual(expected)
  })

  test('what is right beside a mistake is still read', () => {
    expect(read('a: *nope\nb: 2')).toEqual({ a: null, b: 2 })
  })
})

test.each([
  ['indented further than the others', 'when:\n  - a == 1\n   - b == 2\n', '3:4'],
  ['behind one that came out', 'when:\n - a == 1\n  - b == 2\n', '3:3'],
  ['without a text', 'when:\n  - a\n    -\n  - c\n', '3:5'],
])('an item that YAML takes for text of the line above: %s', (_, text, at) => {
  expect(problemsOf(text)).toEqual([
    `${at} to YAML this is no item but text of the line above, since it is indented further than that`,
  ])
  expect(problemsOf(text, 'data')).toEqual([])
})

test('a text of several lines may hold dashes', () => {
  const texts = ['a: b\n  --c\n', 'a: b\n  c - d\n', 'a: |\n  b\n  - c\n', 'a: "b\n  - c"\n', '- a\n# x\n- b\n']
  expect(texts.flatMap((text) => problemsOf(text))).toEqual([])
})

describe('merge keys', () => {
  test.each<[string, unknown]>([
    ['x: &a {p: 1, q: 2}\ny:\n  <<: *a\n  q: 3', { p: 1, q: 3 }],
    ['x: &a {p: 1, q: 2}\ny:\n  q: 3\n  <<: *a', { p: 1, q: 3 }],
    ['x: [&a {p: 1}, &b {p: 2, q: 2}]\ny:\n  <<: [*a, *b]', { p: 1, q: 2 }],
    ['x: &a {p: 1}\ny:\n  "<<": 1', { '<<': 1 }],
  ])('%j', (source, expected) => {
    expect(problemsOf(source)).toEqual([])
    expect(read(source)).toMatchObject({ y: expected })
  })
})

describe('limits', () => {
  const bomb = (levels: number): string =>
    `a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefghijk']
      .slice(0, levels)
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghijk'[index]}`).join(',')}]`)
      .join('\n')}`

  test.each<[string, string, string]>([
    ['size', 'a'.repeat(4 * 1024 * 1024 + 1), '1:1 the file is larger than 4 MiB'],
    ['brackets', '['.repeat(5000), '1:101 lists and maps are nested more than 100 deep'],
    ['closed brackets', `${'['.repeat(101)}${']'.repeat(101)}`, '1:101 lists and maps are nested more than 100 deep'],
    ['nested blocks', '- '.repeat(2000), '1:201 lists and maps are nested more than 100 deep'],
    ['aliases', `a: &a 1\nb: [${Array(101).fill('*a').join(', ')}]`, '2:405 more than 100 aliases in one file'],
    ['alias bomb', bomb(9), '6:7 the aliases here stand for more than 200000 values'],
  ])('%s', (_, source, expected) => {
    expect(problemsOf(source)).toEqual([expected])
  })

  test('what is within the limits is read', () => {
    expect(problemsOf(`${'['.repeat(100)}${']'.repeat(100)}`)).toEqual([])
    expect(problemsOf(`a: &a 1\nb: [${Array(100).fill('*a').join(', ')}]`)).toEqual([])
  })
})

describe('the document', () => {
  test.each(['', '# only a comment\n', '---\n', '\uFEFF', '\n\n'])('%j is empty', (source) => {
    expect(parseYaml(source, 'f.yml', 'playbook')).toEqual({ value: undefined, problems: [] })
  })

  test('BOM and CRLF do not move places', () => {
    const { value, problems } = parseYaml('\uFEFFa: 1\r\nb: "x"\r\n', 'f.yml', 'playbook')
    expect(problems).toEqual([])
    expect(value).toMatchObject({
      kind: 'map',
      at: { line: 1, column: 1 },
      entries: [
        { value: { value: 1 } },
        { key: { at: { line: 2, column: 1 } }, value: { value: 'x', quoted: true, at: { line: 2, column: 4 } } },
      ],
    })
  })

  test('each node knows its place and how it was written', () => {
    expect(parseYaml("a:\n  - b: 'x'\n    c: |\n      t\n", 'f.yml', 'playbook').value).toMatchObject({
      entries: [
        {
          value: {
            kind: 'list',
            at: { file: 'f.yml', line: 2, column: 3 },
            items: [
              {
                kind: 'map',
                at: { line: 2, column: 5 },
                entries: [
                  { value: { value: 'x', source: 'x', quoted: true, at: { line: 2, column: 8 } } },
                  {
                    value: {
                      value: 't\n',
                      quoted: true,
                      at: { line: 3, column: 8 },
                      pieces: [{ offset: 0, line: 4, column: 7 }],
                    },
                  },
                ],
              },
            ],
          },
        },
      ],
    })
  })

  test('hostile keys stay keys', () => {
    const value = read('__proto__: {a: 1}\nconstructor: 2') as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBeNull()
  })
})

test('whatever is written, reading never throws and every problem has a place in the file', () => {
  const word = fc.constantFrom(
    ...[
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '\t',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a ',
      '*a',
      '!x ',
      '!!str ',
      '|\n',
      '>-\n',
      '#',
      '? ',
      '<<: ',
      '{{ x }}',
      '---\n',
      '%',
      '0644',
      'yes',
      '\\',
      '\r\n',
      '\u0000',
    ],
  )
  const source = fc.oneof(
    fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )
  fc.assert(
    fc.property(source, fc.constantFrom<Dialect>('playbook', 'data'), (text, dialect) => {
      const lines = text.split('\n').length
      const { value, problems } = parseYaml(text, 'f.yml', dialect)
      if (value) toValue(value)
      return problems.every(({ at }) => at && at.line >= 1 && at.line <= lines && at.column >= 1)
    }),
    { numRuns: 200, seed: 20_261_124 },
  )
}, 60_000)
