import { stringify } from 'yaml'
import type { Value } from '../model/document.ts'

/** A value as YAML text that means the same in YAML 1.1, which Ansible reads, and 1.2; ends in a newline. */
export const toYaml = (value: Value): string =>
  stringify(value, { version: '1.1', lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false })
