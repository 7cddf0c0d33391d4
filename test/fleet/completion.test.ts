/** Completion in the shells themselves: words are typed, Tab is pressed, and the line is looked at. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from './fleet.ts'
import { lacks } from './needs.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

let folder: string
const env = () => ({ PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, TERM: 'screen', NO_COLOR: '1' })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipvs-play-completion-'))
  mkdirSync(join(folder, 'bin'))
  symlinkSync(cli, join(folder, 'bin/ipvs-play'))
  mkdirSync(join(folder, 'inventory'))
  writeFileSync(join(folder, 'inventory/hosts'), '[realserver]\nrs-one\nrs-two\n')
  writeFileSync(join(folder, 'a playbook.yml'), '')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await command([process.execPath, cli, 'completion', shell])
    writeFileSync(join(folder, `completion.${shell}`), stdout)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shells: Readonly<Record<string, string>> = {
  bash: `bash --norc -i`,
  zsh: `zsh -f -i`,
  fish: `fish --no-config -i`,
}
const setUp: Readonly<Record<string, string>> = {
  bash: `PS1='> '; bind 'set bell-style none'; source ./completion.bash`,
  zsh: `PS1='> '; setopt nobeep; autoload -U compinit; compinit -D -u; source ./completion.zsh`,
  fish: `function fish_prompt; echo '> '; end; function fish_greeting; end; source ./completion.fish`,
}

let opened = 0
/** Milliseconds. */
const PATIENCE = 40_000

/** Types words and Tab into a shell in a terminal. @returns the screen once it is as wanted */
const complete = async (shell: string, words: string, wanted: (screen: string) => boolean): Promise<string> => {
  const socket = `ipvs-play-completion-${process.pid}-${++opened}`
  const tmux = async (...args: readonly string[]) =>
    (await command(['tmux', '-L', socket, '-f', '/dev/null', ...args], { cwd: folder, env: env() })).stdout
  const screen = () => tmux('capture-pane', '-p')
  const until = async (holds: (text: string) => boolean): Promise<string> => {
    // Given up before the test itself is: then nothing would end the terminal.
    for (const begun = performance.now(); ; ) {
      const text = await screen()
      if (holds(text)) return text
      if (performance.now() - begun > PATIENCE) throw new Error(`it never came to that:\n${text.trimEnd()}`)
    }
  }
  await tmux('new-session', '-d', '-x', '120', '-y', '30', '-c', folder, shells[shell] ?? '')
  try {
    await until((text) => text.trim() !== '')
    await tmux('send-keys', '-l', `${setUp[shell]}; clear; echo ready`)
    await tmux('send-keys', 'Enter')
    await until((text) => /^ready\n+> ?$/m.test(text.trimEnd()))
    await tmux('send-keys', '-l', words)
    await tmux('send-keys', 'Tab')
    return await until(wanted)
  } finally {
    const path = (await tmux('display-message', '-p', '#{socket_path}')).trim()
    await tmux('kill-server')
    rmSync(path, { force: true })
  }
}

const each = ['bash', 'zsh', 'fish'].map((shell) => ({ shell }))

describe.each(each)('in $shell', ({ shell }) => {
  const skipped = lacks(`completion in ${shell}`, 'tmux', ...(shell === 'bash' ? [] : [shell]))

  const cases: readonly (readonly [words: string, line: RegExp])[] = [
    ['ipvs-play inv', /^> ipvs-play inventory\b/m],
    ['ipvs-play run --detailed-e', /^> ipvs-play run --detailed-exitcode\b/m],
    ['ipvs-play run --output nd', /^> ipvs-play run --output ndjson\b/m],
    ['ipvs-play run --output=nd', /^> ipvs-play run --output=ndjson\b/m],
    ['ipvs-play run x.yml --limit rs-o', /^> ipvs-play run x.yml --limit rs-one\b/m],
    ['ipvs-play doc vip-', /^> ipvs-play doc vip-on-lo\b/m],
    ['ipvs-play completion z', /^> ipvs-play completion zsh\b/m],
    ['ipvs-play run a', /^> ipvs-play run ['"]?a\\? playbook\.yml/m],
  ]
  test.skipIf(skipped).each(cases)('%s', async (words, line) => {
    expect(await complete(shell, words, (screen) => line.test(screen))).toMatch(line)
  })
})
