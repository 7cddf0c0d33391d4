/** Handlers by the names that `notify` uses. */
import { textOf } from '../documents/playbook-fields.ts'
import type { Diagnostic, Rendered, ScalarNode, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { nearest } from '../nearest.ts'
import { renderNode } from '../template/render.ts'

/** Is this handler called by this name? */
export const answersTo = ({ name, listen }: Task, notified: string): boolean =>
  name === notified || listen.includes(notified)

/** Handlers that are notified and not there. */
export const unknownHandlers = (notified: readonly ScalarNode[], handlers: readonly Task[]): readonly Diagnostic[] => {
  const known = namesOf(handlers)
  return notified.filter((name) => !known.includes(textOf(name))).map((name) => unknown(textOf(name), name, known))
}

const namesOf = (handlers: readonly Task[]): readonly string[] => [
  ...new Set(handlers.flatMap(({ name, listen }) => [name, ...listen])),
]

const unknown = (name: string, { at }: ScalarNode, known: readonly string[]): Diagnostic => {
  const near = nearest(name, known)
  const others =
    known.length === 0
      ? 'this play has no handlers; add `handlers:`'
      : `its handlers are ${known.map((each) => `"${each}"`).join(', ')}`
  return {
    severity: 'error',
    summary: `this play has no handler "${name}"`,
    at,
    hint: near === undefined ? others : `did you mean "${near}"?`,
  }
}

/** The handlers that a task notifies by templates; one may yield a list of them. */
export const renderNotify = (
  { notifyTemplates = [] }: Task,
  { handlers }: Play,
  scope: Scope,
): Rendered<readonly string[]> => {
  const names: string[] = []
  const known = notifyTemplates.length === 0 ? [] : namesOf(handlers)
  for (const node of notifyTemplates) {
    const rendered = renderNode(node, scope)
    if (rendered.kind !== 'value') return rendered
    const given = rendered.value === null ? [] : [rendered.value].flat().map(String)
    const lost = given.find((name) => !known.includes(name))
    if (lost !== undefined) return { kind: 'problem', problem: unknown(lost, node, known) }
    names.push(...given)
  }
  return { kind: 'value', value: names }
}

/** A handler is found by its name before any host is known. */
export const nameHandlers = (
  handlers: readonly Task[],
  scope: Scope,
): { readonly handlers: readonly Task[]; readonly problems: readonly Diagnostic[] } => {
  const problems: Diagnostic[] = []
  const named = handlers.map((handler) => {
    if (!handler.name.includes('{{')) return handler
    const { at, name, listen } = handler
    const rendered = renderNode({ kind: 'scalar', at, value: name, source: name, quoted: true }, scope)
    if (rendered.kind === 'value') return { ...handler, name: String(rendered.value) }
    if (listen.length > 0) return handler
    const hint = 'only the vars of the play and --extra-vars are known here; or give it a topic to `listen` to'
    problems.push({ severity: 'error', summary: `the name of the handler "${name}" depends on a host`, at, hint })
    return handler
  })
  return { handlers: named, problems }
}
