import type { Checked, MapNode } from '../model/document.ts'
import { parseYaml } from './yaml.ts'

/**
 * Reads a file of variables (`group_vars/`, `host_vars/`, `vars_files`): YAML or JSON with a map at the top, values as
 * Ansible sees them. `undefined` for an empty file and for one that holds no map. Never throws.
 */
export const parseVarsFile = (text: string, file: string): Checked<MapNode | undefined> => {
  const { value, problems } = parseYaml(text, file, 'data')
  if (value === undefined || value.kind === 'map') return { value, problems }
  // What stands in for a broken document is no mistake of its own.
  if (problems.some(({ severity }) => severity === 'error') || isNull(value)) return { value: undefined, problems }
  const found = value.kind === 'list' ? 'a list' : `the value ${JSON.stringify(value.value)}`
  const summary = `a file of variables holds a map, but this holds ${found}`
  const hint = 'write one "name: value" a line'
  return { value: undefined, problems: [...problems, { severity: 'error', summary, at: value.at, hint }] }
}

const isNull = (node: { readonly kind: string; readonly value?: unknown }): boolean =>
  node.kind === 'scalar' && node.value === null
