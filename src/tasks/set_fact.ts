import * as v from 'valibot'
import type { Value } from '../model/document.ts'
import type { ArgumentProblem } from '../model/task-type.ts'
import { defineTask } from './define-task.ts'

const args = v.pipe(
  v.record(
    v.string(),
    v.custom<Value>((value) => value !== undefined, 'must have a value'),
  ),
  v.description('A map of names, each to its value.'),
)

export default defineTask({
  name: 'set_fact',
  summary: 'Sets variables of the host for the rest of the run',
  example: `- name: The site of this host, from its name
  set_fact:
    site: "{{ inventory_hostname.split('-')[0] }}"
`,
  setsFacts: true,
  args,
  check: (facts) => Object.keys(facts).flatMap(nameProblems),
  steers: true,
  readings: () => [],
  plan: (facts) => ({ kind: 'changes', changes: [], wishes: [], result: { ansible_facts: facts } }),
})

const nameProblems = (name: string): readonly ArgumentProblem[] => {
  if (name === 'cacheable')
    return [
      { path: [name], summary: '`cacheable` of Ansible is not part of ipvs-play', hint: 'facts live for one run' },
    ]
  if (/^[A-Za-z_]\w*$/.test(name)) return []
  const hint = 'use letters, digits and underscores, and no digit first'
  return [{ path: [name], summary: `\`${name}\` is not a name for a variable`, hint }]
}
