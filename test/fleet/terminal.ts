import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { command } from './fleet.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

/** A real terminal: a shell in tmux, on a socket of its own. */
export interface Terminal {
  /** Types `ipvs-play ARGS` and Enter; once in the life of a terminal. */
  type(args: string): Promise<void>
  key(name: string): Promise<void>
  /** Looks at the screen again and again until it is as wanted. @returns its lines */
  until(wanted: (screen: readonly string[]) => boolean): Promise<readonly string[]>
  /** Waits for the prompt. @returns the screen above it, and the exit code, which stands before the prompt: `[0]` */
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
  const set = { TERM: 'screen-256color', CI: '', XDG_STATE_HOME: join(folder, 'state'), PS1: '> ', ENV: '', ...env }
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
  const hasPrompt = (lines: readonly string[]) => lines[lastOf(lines)] === '>'
  const codeOf = (lines: readonly string[]) => lines.findIndex((line) => /^\[\d+\]$/.test(line))
  await until(hasPrompt)
  return {
    type: async (args) => {
      await tmux('send-keys', '-l', `clear; $ipvs_play ${args}; echo "[$?]"`)
      await tmux('send-keys', 'Enter')
    },
    key: async (name) => void (await tmux('send-keys', name)),
    until,
    ended: async () => {
      const lines = await until((now) => hasPrompt(now) && codeOf(now) >= 0)
      return [lines.slice(0, codeOf(lines)), lines[codeOf(lines)] ?? '']
    },
    ask: async (format) => (await tmux('display-message', '-p', format)).trim(),
    close: async () => {
      const path = (await tmux('display-message', '-p', '#{socket_path}')).trim()
      await tmux('kill-server')
      rmSync(path, { force: true })
    },
  }
}
