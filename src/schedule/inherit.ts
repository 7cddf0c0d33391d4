/** What blocks and imports hand down to the tasks in them. */

import { textOf } from '../documents/playbook-fields.ts'
import type { InheritedDocument } from '../documents/playbook-inherited.ts'
import { present } from '../documents/present.ts'
import type { ScalarNode } from '../model/document.ts'
import type { Inherited, Region } from '../model/schedule.ts'

export const nothingInherited: Inherited = { path: [], when: [], tags: [], notify: [], vars: [], environment: [] }

const without = <T extends object>(fields: T, names: Iterable<string>): T => {
  const left = Object.entries(fields).filter(([name]) => !new Set(names).has(name))
  return Object.fromEntries(left) as T
}

export const isTemplate = (node: ScalarNode): boolean => /\{[{%]/.test(textOf(node))

const notifyTemplates = ({ notifyTemplates: around = [] }: Inherited, own: readonly ScalarNode[]) => {
  const all = [...around, ...own]
  return all.length === 0 ? {} : { notifyTemplates: all }
}

/** The inner word wins; conditions, tags, variables, environment and handlers come together. */
export const inherit = (outer: Inherited, own: InheritedDocument): Inherited => {
  const { when, tags, notify, vars, environment, name: _, templates = {}, ...rest } = own
  const { templates: around = {}, ...plain } = outer
  // A template may turn out to say nothing: what is around it then holds.
  const given = { ...without(around, Object.keys(rest)), ...templates }
  return {
    ...plain,
    ...present(rest),
    ...(Object.keys(given).length === 0 ? {} : { templates: given }),
    when: [...outer.when, ...when],
    tags: [...new Set([...outer.tags, ...tags])],
    notify: [...new Set([...outer.notify, ...notify.filter((name) => !isTemplate(name)).map(textOf)])],
    ...notifyTemplates(outer, notify.filter(isTemplate)),
    vars: vars === undefined ? outer.vars : [...outer.vars, vars],
    environment: environment === undefined ? outer.environment : [...outer.environment, environment],
  }
}

export const within = (outer: Inherited, region: Region): Inherited => ({ ...outer, path: [...outer.path, region] })
