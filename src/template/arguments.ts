import type { Value } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { fault } from './fault.ts'
import type { Given } from './filter.ts'
import { isMap, mapOf } from './values.ts'

interface Signature {
  readonly params: readonly string[]
  readonly positional?: number
  readonly rest?: true
  readonly named?: true
}

/** Puts arguments in the order of the parameters; what is too much or unknown is a fault that names `what`. */
export const bindArguments = (
  what: string,
  { params, positional = params.length, rest, named: takesAny }: Signature,
  values: readonly Value[],
  named: readonly (readonly [string, Value])[],
): Given => {
  if (takesAny) return [mapOf([...values.flatMap((value) => (isMap(value) ? Object.entries(value) : [])), ...named])]
  if (values.length > positional && !rest)
    throw fault(`${what} takes ${positional === 0 ? 'no' : `at most ${positional}`} arguments, found ${values.length}`)
  if (named.length === 0 && values.length <= positional) return values
  const bound: (Value | undefined)[] = params.map((_, index) => (index < positional ? values[index] : undefined))
  for (const [name, value] of named) {
    const index = params.indexOf(name)
    if (index === -1) throw unknown(what, name, params)
    if (bound[index] !== undefined) throw fault(`${what} has its argument "${name}" twice`)
    bound[index] = value
  }
  return [...bound, ...values.slice(positional)]
}

const unknown = (what: string, name: string, params: readonly string[]) => {
  const similar = nearest(name, params)
  return fault(`${what} has no argument "${name}"`, similar === undefined ? undefined : `did you mean ${similar}?`)
}
