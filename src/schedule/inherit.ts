/** What blocks and imports hand down to the tasks in them. */

import { textOf } from '../documents/playbook-fields.ts'
import type { InheritedDocument } from '../documents/playbook-inherited.ts'
import { present } from '../documents/present.ts'
import type { Inherited, Region } from '../model/schedule.ts'

export const nothingInherited: Inherited = { path: [], when: [], tags: [], notify: [], vars: [], environment: [] }

/** The inner word wins; conditions, tags, variables, environment and handlers come together. */
export const inherit = (outer: Inherited, own: InheritedDocument): Inherited => {
  const { when, tags, notify, vars, environment, name: _, ...rest } = own
  return {
    ...outer,
    ...present(rest),
    when: [...outer.when, ...when],
    tags: [...new Set([...outer.tags, ...tags])],
    notify: [...new Set([...outer.notify, ...notify.map(textOf)])],
    vars: vars === undefined ? outer.vars : [...outer.vars, vars],
    environment: environment === undefined ? outer.environment : [...outer.environment, environment],
  }
}

export const within = (outer: Inherited, region: Region): Inherited => ({ ...outer, path: [...outer.path, region] })
