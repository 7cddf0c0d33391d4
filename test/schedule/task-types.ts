/** Task types as plain as data can be, to schedule with. */
import type { Value } from '../../src/model/document.ts'
import type { ArgumentProblem, Reading, TaskType } from '../../src/model/task-type.ts'

import includeTasks from '../../src/tasks/include_tasks.ts'
import meta from '../../src/tasks/meta.ts'
import setFact from '../../src/tasks/set_fact.ts'

/** A reading that is known by its key alone. */
const reading = (key: string): Reading<unknown> => ({
  key,
  source: { key, command: ['read', key] },
  parse: (result) => result,
  test: () => [],
})

type Entries = { readonly [key: string]: Value }

const isMap = (value: Value): value is Entries => typeof value === 'object' && value !== null && !Array.isArray(value)

const define = (name: string, rest: Partial<TaskType<unknown>>): TaskType<unknown> => ({
  name,
  summary: name,
  example: '',
  schema: undefined,
  parse: (input) => ({ ok: true, args: input }),
  readings: () => [],
  plan: () => ({ kind: 'changes', changes: [], wishes: [] }),
  ...rest,
})

const wrong = (problems: readonly ArgumentProblem[]) => ({ ok: false, problems }) as const

/** A map key → number; each key is a reading. */
const sysctl = define('sysctl', {
  parse: (input) => {
    if (!isMap(input)) return wrong([{ path: [], summary: 'must be a map' }])
    const problems = Object.entries(input).flatMap(([key, value]): ArgumentProblem[] =>
      typeof value === 'number' ? [] : [{ path: [key], summary: 'must be a number', hint: 'write it without quotes' }],
    )
    return problems.length > 0 ? wrong(problems) : { ok: true, args: input }
  },
  readings: (args) => Object.keys(args as Entries).map(reading),
})

/** {address: text or list, state}, or text. */
const vip = define('vip-on-lo', {
  parse: (input) => {
    const args = isMap(input) ? input : { address: input }
    const known = ['address', 'state']
    const problems = Object.keys(args)
      .filter((key) => !known.includes(key))
      .map(
        (key): ArgumentProblem => ({
          path: [key],
          summary: `unknown key \`${key}\``,
          hint: `known keys: ${known.join(', ')}`,
        }),
      )
    if (!Object.hasOwn(args, 'address')) problems.push({ path: [], summary: 'missing key `address`' })
    const addresses = Array.isArray(args.address) ? args.address : [args.address]
    for (const [index, address] of addresses.entries())
      if (address !== undefined && typeof address !== 'string')
        problems.push({
          path: Array.isArray(args.address) ? ['address', index] : ['address'],
          summary: 'must be a text',
        })
    return problems.length > 0 ? wrong(problems) : { ok: true, args }
  },
  readings: () => [reading('addresses:lo')],
})

const copy = define('copy', { localFiles: [{ argument: 'src', folder: 'files' }] })
const assert = define('assert', { evaluated: ['that'] })
const debug = define('debug', { evaluated: ['var'] })
const persist = define('persist', {})
const command = define('command', { mayBeOpaque: true })

export const taskTypes: ReadonlyMap<string, TaskType<unknown>> = new Map(
  [sysctl, vip, persist, command, copy, debug, assert, setFact, meta, includeTasks].map((type) => [type.name, type]),
)
