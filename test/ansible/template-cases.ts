/** What is asked of real Ansible and of ours about templates. The words stand in templates/*.txt and texts.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface TemplateCase {
  /** The name of the case. */
  readonly name: string
  /** A text of a YAML file, a condition of `when`, a whole template file. */
  readonly as: 'template' | 'condition' | 'file'
  readonly text: string
}

/** Floats without a fraction are `{__float__: "3.0"}`, what a file of one value that is no text holds `{__written__: "5"}`. */
export type TemplateAnswer = { readonly value: unknown } | { readonly refused: true }

/** The play that all cases stand in, and the action that asks real Ansible. */
export const project = join(import.meta.dirname, 'templates/project')
/** The environment of both. */
export const environment = { JUDGE_VARIABLE: 'judged' }

const read = (name: string): string => readFileSync(join(import.meta.dirname, 'templates', name), 'utf8')

const lines = (name: string): readonly string[] =>
  read(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))

const named = (as: TemplateCase['as'], text: string): TemplateCase => ({ name: `${as} ${text}`, as, text })

const texts: readonly Omit<TemplateCase, 'name'>[] = JSON.parse(read('texts.json'))

/** Those that ask for the collection ansible.utils. */
export const addressCases: readonly TemplateCase[] = lines('addresses.txt').map((line) =>
  named('template', `{{ ${line} }}`),
)

export const templateCases: readonly TemplateCase[] = [
  ...lines('expressions.txt').map((line) => named('template', `{{ ${line} }}`)),
  ...lines('conditions.txt').map((line) => named('condition', line)),
  ...texts.map(({ as, text }) => named(as, text)),
]
