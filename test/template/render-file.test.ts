import { expect, test } from 'vitest'
import { renderFile, templateFile } from '../../src/template/render-file.ts'
import { scopeOf } from './scope.ts'

const scope = scopeOf({ l: [1, 2], n: 5, none: null, text: '{{ n }}' })

const rendered = (text: string, blanks = {}) => renderFile(templateFile(text, 'site.conf.j2', blanks), scope)

test.each([
  ['plain\n', 'plain\n'],
  ['', ''],
  ['no end', 'no end'],
  ['{{ n }}', '5'],
  ['{{ l }}\n', '[1, 2]\n'],
  ['{{ none }}', ''],
  ['from a host: {{ text }}\n', 'from a host: {{ n }}\n'],
  ['{% for i in l %}\nserver {{ i }}\n{% endfor %}\nend\n', 'server 1\nserver 2\nend\n'],
  ['a\n  {% if true %}\nb\n  {% endif %}\nc\n', 'a\n  b\n  c\n'],
  ['{# gone #}\nx\n\n', 'x\n\n'],
  ['{% if true +%}\nx\n{% endif %}', '\nx\n'],
  ['{% raw %}\n{{ x }}\n{% endraw %}\ny', '\n{{ x }}\ny'],
  ['a \n{%- if true -%}\n b \n{%- endif -%}\n c', 'abc'],
  ['#jinja2: lstrip_blocks: True\na\n  {% if true %}\nb\n  {% endif %}\n', 'a\nb\n'],
  ['#jinja2:trim_blocks:False\n{% if true %}\nb\n{% endif %}\n', '\nb\n'],
])('%j', (text, expected) => {
  expect(rendered(text)).toEqual({ kind: 'value', value: expected })
})

test('blanks before a block go with lstrip_blocks, but for those that + keeps', () => {
  const blanks = { lstripBlocks: true }
  expect(rendered('  {% if true %}\n\t{%+ if true %}x{% endif %}\n y {% endif %}', blanks)).toEqual({
    kind: 'value',
    value: '\tx y ',
  })
  expect(rendered('{{ n }}  {% if true %}x{% endif %}', blanks)).toEqual({ kind: 'value', value: '5  x' })
  expect(rendered('  {# a #}  {# b #}\nx', blanks)).toEqual({ kind: 'value', value: '  x' })
})

test.each([
  ['a\nb {{ nope }}\n', 2, 6, 'undefined variable "nope"'],
  ['#jinja2: trim_blocks: False\n\n  {% if n %}', 3, 3, '{% endif %} is missing'],
  ['{{ n }}\n{{ n | nofilter }}', 2, 8, 'unknown filter "nofilter"'],
  [
    '#jinja2: variable_start_string: "[%"\n',
    1,
    1,
    '`variable_start_string: "[%"` in the #jinja2 line is not supported',
  ],
])('a mistake in %j has its place', (text, line, column, summary) => {
  expect(rendered(text)).toMatchObject({
    kind: 'problem',
    problem: { summary, at: { file: 'site.conf.j2', line, column } },
  })
})
