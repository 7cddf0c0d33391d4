/** Questions of a run (`pause`) on the terminal. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Ask } from '../engine/engine.ts'
import type { Reporter } from '../model/event.ts'
import { printable } from '../reporters/printable.ts'
import { redactText } from '../reporters/redact.ts'

type Show = (line: string | undefined) => void

/** Below the live list where there is one, else on stderr: stdout may be read by a program. */
const showOn = (sinks: readonly Reporter[]): Show => {
  const live = sinks.find(({ prompt }) => prompt !== undefined)
  if (live?.prompt !== undefined) return live.prompt
  let shown = ''
  return (line) => {
    // Only what is new is written; a correction begins the line anew.
    const next = line ?? shown
    if (line === undefined) process.stderr.write('\n')
    else if (next.startsWith(shown)) process.stderr.write(next.slice(shown.length))
    else process.stderr.write(`\r\u001b[K${next.split('\n').at(-1)}`)
    shown = line ?? ''
  }
}

/**
 * Undefined where nobody can be asked, or the run is halted meanwhile.
 * @param hidden  what no question may show
 */
export const createAsk = (sinks: readonly Reporter[], hidden: ReadonlySet<string>): Ask => {
  const show = showOn(sinks)
  return async ({ task, prompt, echo }, halted) => {
    if (process.stdin.isTTY !== true || halted.aborted) return undefined
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
    const said = printable(redactText(hidden)(`[${task}]\n${prompt}`))
    const question = `${said}${echo ? '' : ' (output is hidden)'}: `
    let asking = true
    // The last key is told of after the answer.
    const draw = () => (asking ? show(question + (echo ? printable(lines.line) : '')) : undefined)
    draw()
    const typed = () => setImmediate(draw)
    process.stdin.on('keypress', typed)
    try {
      return await new Promise<string | undefined>((resolve) => {
        lines.once('line', resolve)
        // In raw mode the terminal sends no signal.
        lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
        lines.once('close', () => resolve(''))
        halted.addEventListener('abort', () => resolve(undefined), { once: true })
      })
    } finally {
      asking = false
      process.stdin.off('keypress', typed)
      lines.close()
      show(undefined)
    }
  }
}
