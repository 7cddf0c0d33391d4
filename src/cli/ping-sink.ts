import type { Pinged } from '../model/ping.ts'
import { createPaint } from '../reporters/paint.ts'
import { drawPing } from '../reporters/ping-table.ts'
import { redactText } from '../reporters/redact.ts'
import type { PingOptions } from './ping.ts'

/** Where the results go, each as it comes and all at the end. */
export interface PingSink {
  one(pinged: Pinged): void
  finish(all: readonly Pinged[], end: { readonly exit: number; readonly seconds: number }): void
}

/** @param hidden  secrets; no result shows one */
export const openPingSink = ({ output, color }: PingOptions, hosts: number, hidden: ReadonlySet<string>): PingSink => {
  const clean = redactText(hidden)
  const cleaned = (value: object): object =>
    JSON.parse(JSON.stringify(value), (_, each) => (typeof each === 'string' ? clean(each) : each))
  const print = (value: object, indent?: number): void => {
    process.stdout.write(`${JSON.stringify(cleaned(value), undefined, indent)}\n`)
  }
  const event = (type: string, fields: object): object => ({ v: 1, type, at: new Date().toISOString(), ...fields })
  if (output === 'ndjson')
    return {
      one: (pinged) => print(event('host-pinged', pinged)),
      finish: (all, end) => print(event('ping-finished', { ...end, hosts: all.length })),
    }
  if (output === 'json') return { one: () => {}, finish: (all, end) => print({ v: 1, ...end, hosts: all }, 2) }
  const { stdout, stderr, env } = process
  const counting = stderr.isTTY === true && env.TERM !== 'dumb' && hosts > 1
  let done = 0
  return {
    one: () => {
      done++
      if (counting) stderr.write(`\r${done} of ${hosts} hosts\u001b[K`)
    },
    finish: (all) => {
      if (counting) stderr.write('\r\u001b[K')
      const colored = color && !env.NO_COLOR && (stdout.isTTY === true || Boolean(env.FORCE_COLOR))
      const shown = all.map((pinged) => cleaned(pinged) as Pinged)
      stdout.write(`${drawPing(shown, { columns: stdout.columns ?? 100, paint: createPaint(colored) }).join('\n')}\n`)
    },
  }
}
