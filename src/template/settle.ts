import type { DocNode, Rendered, Value } from '../model/document.ts'
import { diagnosticOf, isStop } from './fault.ts'
import { omit } from './values.ts'

/** What `run` gives, or why it stopped, which then has a place: its own or the node's. */
export const settle = <T extends Value>(run: () => T, node: DocNode): Rendered<T | null> => {
  try {
    const value = run()
    return value === omit ? { kind: 'value', value: null } : { kind: 'value', value }
  } catch (thrown) {
    if (isStop(thrown)) {
      if (thrown.stop === 'waits') return { kind: 'waits', on: thrown.on }
      return { kind: 'problem', problem: diagnosticOf(thrown.at ? thrown : { ...thrown, at: node.at }) }
    }
    // The stack is the last limit of nesting.
    if (thrown instanceof RangeError)
      return {
        kind: 'problem',
        problem: { severity: 'error', summary: 'the template is nested too deeply', at: node.at },
      }
    throw thrown
  }
}
