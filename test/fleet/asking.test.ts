import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const playbook = `
- name: Ask before it goes on
  hosts: realserver
  serial: 100%
  tasks:
    - name: Forward packets
      sysctl: {net.ipv4.ip_forward: 1}
    - name: Look first
      pause: {prompt: "Which release?", echo: ECHO}
      register: answer
    - name: Say it
      debug: {msg: "got {{ answer.user_input | upper }}"}
`

describe.skipIf(lacks('questions in a real terminal', 'root', 'tmux', 'ip', 'unshare'))('pause with a prompt', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 2, server: 'embedded' })
    fleet.write('ask.yml', playbook.replace('ECHO', 'yes'))
    fleet.write('secret.yml', playbook.replace('ECHO', 'no'))
  }, 40_000)
  afterAll(() => fleet?.down(), 120_000)

  const inTerminal = async (work: (terminal: Terminal) => Promise<void>) => {
    const terminal = await openTerminal({ folder: fleet.folder, columns: 80, rows: 24, env: {} })
    try {
      await work(terminal)
    } finally {
      await terminal.close()
    }
  }
  const run = (name: string, more = '') => `run ${name} -i ${fleet.inventory} --timeout 300 ${more}`
  const shows =
    (...texts: readonly string[]) =>
    (screen: readonly string[]) =>
      texts.every((text) => screen.join('\n').includes(text))

  test.each(['auto', 'plain'])(
    'is asked once for all hosts, what is typed is seen (--output %s)',
    async (output) => {
      await inTerminal(async (terminal) => {
        await terminal.type(run('ask.yml', `-v --output ${output}`))
        await terminal.until(shows('[Look first]', 'Which release?:'))
        await terminal.key('gox')
        await terminal.until(shows('Which release?: gox'))
        await terminal.key('BSpace')
        await terminal.until((screen) => screen.some((line) => line.endsWith('Which release?: go')))
        await terminal.key('Enter')
        const [end, prompt] = await terminal.ended()
        expect(prompt).toBe('[0]')
        const text = end.join('\n')
        // The live list shows no messages.
        if (output === 'plain') expect(text.match(/got GO/g)).toHaveLength(2)
        // The live list takes its lines away again; elsewhere it stays, once.
        expect(end.filter((line) => line.includes('Which release?'))).toHaveLength(output === 'plain' ? 1 : 0)
      })
    },
    120_000,
  )

  test('with `echo: no` nothing of the answer is shown, then or later', async () => {
    await inTerminal(async (terminal) => {
      await terminal.type(run('secret.yml', '-v'))
      await terminal.until(shows('Which release? (output is hidden):'))
      await terminal.key('s3cret')
      await terminal.key('Enter')
      const [end, prompt] = await terminal.ended()
      expect(prompt).toBe('[0]')
      expect(end.join('\n')).not.toMatch(/s3cret/i)
    })
  }, 40_000)

  test('Ctrl-C interrupts the run, as everywhere', async () => {
    await inTerminal(async (terminal) => {
      await terminal.type(run('ask.yml'))
      await terminal.until(shows('Which release?:'))
      await terminal.key('C-c')
      const [end, prompt] = await terminal.ended()
      expect(prompt).toBe('[130]')
      expect(end.join('\n')).toContain('INTERRUPTED by SIGINT')
      expect(await terminal.ask('#{cursor_flag}')).toBe('1')
    })
  }, 40_000)

  test('without a terminal it goes on, and says so', async () => {
    const ended = await fleet.run('ask.yml')
    expect(ended.code).toBe(0)
    expect(ended.events.flatMap((event) => (event.type === 'warning' ? event.text : []))).toEqual([
      '"Look first" goes on without an answer: standard input is no terminal, so that nobody can be asked',
    ])
  }, 40_000)
})
