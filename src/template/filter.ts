import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import type { Inner } from './values.ts'
import { asNumber, kindOf, used } from './values.ts'

/** What a filter, test or method may ask of the evaluator. */
export interface Tools {
  /** Counts work, so that no template runs for ever. */
  spend(steps: number): void
  /** What a lookup finds; null when there is nothing of that name. */
  lookup(plugin: string, term: string): Value
  filter(name: string, value: Inner, args: readonly Value[]): Inner
  test(name: string, value: Inner, args: readonly Value[]): boolean
}

/** Arguments in the order of the parameters; what was not given is undefined. */
export type Given = readonly (Value | undefined)[]

/**
 * A filter, function or method from a fixed table.
 * @property params      names of the arguments, for `name=`; more are refused unless `rest`
 * @property positional  how many of them can be given by position; default: all
 * @property tolerant    also takes a missing value (`default`)
 */
export interface Operation {
  readonly params: readonly string[]
  readonly positional?: number
  readonly rest?: true
  readonly tolerant?: true
  /** Takes arguments of any name, as one map. */
  readonly named?: true
  run(value: Inner, given: Given, tools: Tools): Inner
}

export type Operations = { readonly [name: string]: Operation }

/** An operation on a value that is there. `params` are blank-separated; a last `*` takes any number more. */
export const on = (params: string, run: (value: Value, given: Given, tools: Tools) => Inner): Operation => {
  const names = params.split(' ').filter((name) => name !== '' && name !== '*')
  const rest = params.endsWith('*') ? { rest: true as const } : {}
  return { params: names, ...rest, run: (value, given, tools) => run(used(value), given, tools) }
}

/** An operation on text. */
export const onText = (params: string, run: (text: string, given: Given, tools: Tools) => Inner): Operation =>
  on(params, (value, given, tools) => run(textFrom(value), given, tools))

export const textFrom = (value: Value | undefined): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw fault(`expected text, found ${value === undefined ? 'nothing' : kindOf(value)}`, 'make it text with | string')
}

/** Text that must be text. */
export const exactText = (value: Value): string => {
  if (typeof value === 'string') return value
  throw fault(`expected text, found ${kindOf(value)}`)
}

export const numberFrom = (value: Value | undefined): number => {
  const number = value === undefined ? undefined : asNumber(value)
  if (number === undefined)
    throw fault(
      `expected a number, found ${value === undefined ? 'nothing' : kindOf(value)}`,
      'make it a number with | int',
    )
  return number
}

export const flagFrom = (value: Value | undefined, otherwise = false): boolean =>
  value === undefined || value === null ? otherwise : Boolean(value)
