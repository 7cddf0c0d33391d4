/** `vars_files` of a play. */
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { type Keyring, readWithKeyring } from '../documents/keyring.ts'
import { magicNames } from '../documents/playbook-fields.ts'
import { parseYaml } from '../documents/yaml.ts'
import type { Checked, Diagnostic, MapNode, ScalarNode, Scope } from '../model/document.ts'
import { renderNode } from '../template/render.ts'

const wrong = (node: ScalarNode, summary: string, hint: string): Checked<undefined> => ({
  value: undefined,
  problems: [{ severity: 'error', summary, at: node.at, hint }],
})

const parse = (text: string, file: string): Checked<MapNode | undefined> => {
  const { value, problems } = parseYaml(text, file, 'data')
  if (value === undefined || (value.kind === 'scalar' && value.value === null))
    return { value: { kind: 'map', at: { file, line: 1, column: 1 }, entries: [] }, problems }
  if (value.kind !== 'map')
    return {
      value: undefined,
      problems: [
        ...problems,
        { severity: 'error', summary: 'a file of variables must be a map', at: value.at, hint: 'write `name: value`' },
      ],
    }
  const taken = value.entries.filter(({ key }) => (magicNames as readonly string[]).includes(String(key.value)))
  const clashes = taken.map(
    ({ key }): Diagnostic => ({
      severity: 'error',
      summary: `\`${key.value}\` is set by ipvs-play itself`,
      at: key.at,
      hint: 'give the variable another name',
    }),
  )
  return { value, problems: [...problems, ...clashes] }
}

/**
 * Reads one file of variables: beside the playbook, under `vars/` first.
 * Nothing, when it cannot be read.
 * @param scope  for a name that is a template: no host's variables are in it
 */
export const readVarsFile = async (
  node: ScalarNode,
  { playbook, keyring }: { readonly playbook: string; readonly keyring: Keyring },
  scope: Scope,
): Promise<Checked<MapNode | undefined>> => {
  const name = renderNode(node, scope)
  if (name.kind === 'problem') return { value: undefined, problems: [name.problem] }
  if (name.kind === 'waits' || typeof name.value !== 'string')
    return wrong(node, '`vars_files` must name files', 'only the vars of the play and --extra-vars are known here')
  const directory = dirname(playbook)
  const paths = isAbsolute(name.value)
    ? [name.value]
    : [join(directory, 'vars', name.value), join(directory, name.value)]
  for (const path of paths) {
    try {
      return readWithKeyring({ text: await readFile(path, 'utf8'), file: path }, keyring, parse)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === undefined) throw cause
      if (code === 'EISDIR') return wrong(node, `${path} is a directory`, 'name each file of variables')
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        return wrong(node, `${path} cannot be read (${code})`, 'variables come from it')
    }
  }
  return wrong(node, `there is no file of variables "${name.value}"`, `looked for ${paths.join(' and ')}`)
}
