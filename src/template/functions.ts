import { fault } from './fault.ts'
import { numberFrom, type Operations, on } from './filter.ts'
import { lookup, query } from './lookups.ts'
import { textOf } from './python-text.ts'
import { isMap, itemsOf, mapOf } from './values.ts'

const maxRange = 100_000

/** Functions that an expression may call. Their `value` is unused. */
export const functions: Operations = {
  range: on('start stop step', (_, [first, second, third], tools) => {
    const step = third === undefined ? 1 : numberFrom(third)
    const [start, stop] = second === undefined ? [0, numberFrom(first)] : [numberFrom(first), numberFrom(second)]
    if (step === 0) throw fault('the step of range() cannot be 0')
    const count = Math.max(0, Math.ceil((stop - start) / step))
    if (count > maxRange) throw fault(`range() gives at most ${maxRange} numbers`)
    tools.spend(count)
    return Array.from({ length: count }, (_item, index) => start + index * step)
  }),
  lookup,
  query,
  q: query,
  /** What `{% set space.name = … %}` writes to. */
  namespace: { params: [], named: true, run: (_, given) => given[0] ?? mapOf([]) },
  dict: on('pairs', (_, [pairs = []]) => {
    if (isMap(pairs)) return pairs
    return mapOf(itemsOf(pairs).map((pair) => [textOf(itemsOf(pair)[0] ?? null), itemsOf(pair)[1] ?? null]))
  }),
}

export const functionNames: ReadonlySet<string> = new Set(Object.keys(functions))

/** Functions that Ansible has and a template here has not, with the next move. */
export const lackingFunctions: { readonly [name: string]: string | undefined } = Object.assign(Object.create(null), {
  now: 'put the time in a variable with -e',
  undef: 'use | mandatory',
  cycler: 'use loop.index and %',
  joiner: 'use | join',
})
