import { toValue } from '../../documents/to-value.ts'
import { parseYaml } from '../../documents/yaml.ts'
import type { Value } from '../../model/document.ts'
import { fault } from '../fault.ts'
import { exactText, flagFrom, numberFrom, type Operation, type Operations, on } from '../filter.ts'
import type { YamlStyle } from '../yaml-page.ts'
import { yamlOf } from '../yaml-text.ts'

const documentOf = (text: string): Value => {
  const { value, problems } = parseYaml(text, 'from_yaml', 'data')
  const wrong = problems.find(({ severity }) => severity === 'error')
  if (wrong !== undefined) throw fault(`this is not valid YAML: ${wrong.summary}${placeOf(wrong.at?.line)}`, wrong.hint)
  return value === undefined ? null : toValue(value)
}

const placeOf = (line: number | undefined): string => (line === undefined ? '' : ` (line ${line} of it)`)

const flowOf = (value: Value | undefined, otherwise: YamlStyle['flow']): YamlStyle['flow'] => {
  if (value === undefined) return otherwise
  if (value === null) return 'leaves'
  return flagFrom(value) ? 'all' : 'none'
}

/** PyYAML heeds an indent from 2 to 9, and a width that leaves room for two of them. */
const dumping = (usual: Pick<YamlStyle, 'indent' | 'flow'>): Operation => ({
  params: ['indent', 'sort_keys', 'default_flow_style', 'width', 'allow_unicode'],
  positional: 1,
  run: (value, [indent, sortKeys, flow, width]) => {
    const wished = indent === undefined || indent === null ? usual.indent : numberFrom(indent)
    const blanks = wished > 1 && wished < 10 ? wished : 2
    const wide = width === undefined || width === null ? 80 : numberFrom(width)
    return yamlOf(value, {
      indent: blanks,
      width: wide > blanks * 2 ? wide : 80,
      flow: flowOf(flow, usual.flow),
      sortKeys: flagFrom(sortKeys, true),
    })
  },
})

export const yamlFilters: Operations = {
  from_yaml: on('', (value) => documentOf(exactText(value))),
  to_yaml: dumping({ indent: 2, flow: 'leaves' }),
  to_nice_yaml: dumping({ indent: 4, flow: 'none' }),
}
