import { parseYaml } from '../../src/documents/yaml.ts'
import type { Binding, DocNode, ScalarNode, Scope, Value } from '../../src/model/document.ts'

/** A text node as it would stand in play.yml, line 1, column 1, unquoted. */
export const text = (value: string): ScalarNode => ({
  kind: 'scalar',
  at: { file: 'play.yml', line: 1, column: 1 },
  value,
  source: value,
  quoted: false,
})

/** Values that are never rendered. */
export const scopeOf = (
  variables: { readonly [name: string]: Value },
  more: { readonly [name: string]: Binding } = {},
): Scope => {
  const bindings = new Map<string, Binding>(Object.entries(more))
  for (const [name, value] of Object.entries(variables)) bindings.set(name, { kind: 'value', value })
  return { get: (name) => bindings.get(name), names: () => bindings.keys() }
}

/** The document of a YAML text that must be right. */
export const yaml = (source: string, file = 'play.yml'): DocNode => {
  const { value, problems } = parseYaml(source, file, 'playbook')
  if (!value || problems.length > 0) throw new Error(JSON.stringify(problems))
  return value
}

/** Variables as a user writes them, in vars.yml. */
export const written = (source: string, more: { readonly [name: string]: Binding } = {}): Scope => {
  const node = yaml(source, 'vars.yml')
  const bindings = new Map<string, Binding>(Object.entries(more))
  if (node.kind === 'map')
    for (const { key, value } of node.entries) bindings.set(String(key.value), { kind: 'written', node: value })
  return { get: (name) => bindings.get(name), names: () => bindings.keys() }
}
