import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { evaluate, renderNode } from '../../src/template/render.ts'
import { scopeOf, text } from './scope.ts'

// Recorded from Jinja 3.1.6 (sandboxed, StrictUndefined, trim_blocks): values as JSON, whole floats as integers.
type Recorded =
  | { readonly value: unknown; readonly text?: never; readonly error?: never }
  | { readonly text: string; readonly value?: never; readonly error?: never }
  | { readonly error: string; readonly value?: never; readonly text?: never }
interface Recording {
  readonly variables: { readonly [name: string]: never }
  readonly expressions: readonly ({ readonly expression: string } & Recorded)[]
  readonly templates: readonly ({ readonly template: string } & Recorded)[]
}
const recording: Recording = JSON.parse(readFileSync(new URL('recorded/jinja-3.1.6.json', import.meta.url), 'utf8'))
const scope = scopeOf(recording.variables)

// Where we differ: numbers are doubles, and a half that cannot be told apart is rounded up.
const own: { readonly [expression: string]: unknown } = { "'%05.1f|%-4s|'|format(2.25, 'x')": '002.3|x   |' }

test.each(recording.expressions)('$expression', ({ expression, value, error }) => {
  const result = evaluate(text(expression), scope)
  if (expression in own) expect(result).toEqual({ kind: 'value', value: own[expression] })
  else if (error !== undefined)
    expect(result).toMatchObject({ kind: 'problem', problem: { severity: 'error', at: { file: 'play.yml' } } })
  else expect(result).toEqual({ kind: 'value', value })
})

// Where Ansible 2.19 prints something else than plain Jinja: None leaves nothing behind.
const ansible: { readonly [template: string]: string } = {
  '{{ l }} {{ m }} {{ t }} {{ none }}': "[3, 1, 2] {'a': 1, 'b': {'c': 'x'}} True ",
}

test.each(recording.templates)('$template', ({ template, text: wanted, error }) => {
  // Between bars, for one part that stands alone would keep its type.
  const result = renderNode(text(`|${template}|`), scope)
  if (error !== undefined) expect(result).toMatchObject({ kind: 'problem', problem: { at: { file: 'play.yml' } } })
  else expect(result).toEqual({ kind: 'value', value: `|${ansible[template] ?? wanted}|` })
})
