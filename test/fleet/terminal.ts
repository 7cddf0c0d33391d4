import { join } from 'node:path'
import { command } from './fleet.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

/** A real terminal: a shell in tmux, on a socket of its own. */
export interface Terminal {
  /** Types `ipvs-play ARGS` and Enter. */
  type(args: string): Promise<void>
  key(name: string): Promise<void>
  /** Looks at the screen again and again until it is as wanted. @returns its lines */
  until(wanted: (screen: readonly string[]) => boolean): Promise<readonly string[]>
  /** Waits for the prompt. @returns the screen above it, and the prompt, which is the exit code: `[0]` */
  ended(): Promise<readonly [readonly string[], string]>
  /** A format of tmux: `#{cursor_flag}`. */
  ask(format: string): Promise<string>
  close(): Promise<void>
}

let opened = 0

export const openTerminal = async ({
  folder,
  columns,
  rows,
  env,
}: {
  folder: string
  columns: number
  rows: number
  env: Record<string, string>
}): Promise<Terminal> => {
  const socket = `ipvs-play-test-${process.pid}-${++opened}`
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await command(['tmux', '-L', socket, '-f', '/dev/null', ...args])
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`)
    return stdout
  }
  const set = { TERM: 'screen-256color', CI: '', XDG_STATE_HOME: join(folder, 'state'), PS1: '[$?] ', ENV: '', ...env }
  const words = Object.entries(set).map(([name, value]) => `${name}='${value}'`)
  const shell = `cd ${folder} && ipvs_play='${process.execPath} ${cli}' exec env ${words.join(' ')} sh -i`
  await tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, shell)
  const screen = async () => (await tmux('capture-pane', '-p')).split('\n').map((line) => line.trimEnd())
  const until: Terminal['until'] = async (wanted) => {
    for (;;) {
      const lines = await screen()
      if (wanted(lines)) return lines
    }
  }
  const lastOf = (lines: readonly string[]) => lines.findLastIndex((line) => line !== '')
  const isPrompt = (line: string | undefined) => line !== undefined && /^\[\d+\]$/.test(line)
  await until((lines) => isPrompt(lines[lastOf(lines)]))
  return {
    type: async (args) => {
      await tmux('send-keys', '-l', `clear; $ipvs_play ${args}`)
      await tmux('send-keys', 'Enter')
      await until((lines) => !isPrompt(lines[lastOf(lines)]) && !lines.some((line) => line.startsWith('[0] clear;')))
    },
    key: async (name) => void (await tmux('send-keys', name)),
    until,
    ended: async () => {
      const lines = await until((now) => isPrompt(now[lastOf(now)]))
      return [lines.slice(0, lastOf(lines)), lines[lastOf(lines)] ?? '']
    },
    ask: async (format) => (await tmux('display-message', '-p', format)).trim(),
    close: async () => void (await tmux('kill-server')),
  }
}
