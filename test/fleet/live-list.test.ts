import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part } from '../part.ts'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const hosts = part('live list in a real terminal: hosts', 200, 30)
const rows = 24

// rs7 fails, rs8 waits until the test lets it go: what stands on the screen meanwhile is no matter of luck.
const playbook = `
- name: Every host forwards, one fails and one is slow
  hosts: all
  max_fail: 100%
  tasks:
    - name: Forward packets
      sysctl: {net.ipv4.ip_forward: 1}
    - name: Fail on one
      command: {argv: [sh, -c, 'echo the disk is on fire >&2; exit 3']}
      when: inventory_hostname == 'rs7'
    - name: Wait on another
      command: {argv: [sh, -c, 'until [ -e /run/go ]; do sleep 0.1; done']}
      when: inventory_hostname == 'rs8'
    - name: Say goodbye
      debug: {msg: bye}
`

describe.skipIf(lacks('the live list in a real terminal', 'root', 'tmux', 'ip', 'unshare'))('the live list', () => {
  let fleet: Fleet
  let run: (more?: string) => string

  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: hosts - 1, server: 'embedded' })
    fleet.write('slow.yml', playbook)
    // One server process answers for all hosts here: on a busy machine a handshake waits its turn.
    run = (more = '') => `run slow.yml -i ${fleet.inventory} --timeout 300 ${more}`
  }, 900_000)
  afterAll(() => fleet?.down(), 120_000)

  const inTerminal = async (env: Record<string, string>, work: (terminal: Terminal) => Promise<void>) => {
    const terminal = await openTerminal({ folder: fleet.folder, columns: 80, rows, env })
    try {
      await work(terminal)
    } finally {
      await terminal.close()
    }
  }

  /** What must hold of every screen: the heading is there, once; no line stands twice. */
  const expectWhole = (screen: readonly string[]) => {
    const lines = screen.filter((line) => line !== '')
    expect(lines.filter((line) => line.startsWith(`slow.yml on ${hosts} hosts`))).toHaveLength(1)
    expect(lines).toEqual([...new Set(lines)])
  }

  test('nothing scrolls, the failing host is on the screen with its reason, the recap is right', async () => {
    await inTerminal({}, async (terminal) => {
      await terminal.type(run())
      await terminal.until((screen) => screen.some((line) => line.startsWith('slow.yml on')))
      // What `clear` took away is history to tmux; from here on there must be no more of it.
      const before = await terminal.ask('#{history_size}')
      const during = await terminal.until((screen) => {
        if (screen.some((line) => line.startsWith('slow.yml on'))) expectWhole(screen)
        const text = screen.join('\n')
        return text.includes('… rs8 ') && text.includes('✖ rs7 ') && /Wait on another .*not-run 1 to go 1$/m.test(text)
      })
      const text = during.join('\n')
      expect(text).toMatch(/✖ rs7 .*the disk is on fire/)
      expect(text).toMatch(new RegExp(`Forward packets +changed ${hosts}$`, 'm'))
      expect(text).toMatch(new RegExp(`Fail on one +failed 1 skipped ${hosts - 1}$`, 'm'))
      expect(text).toMatch(new RegExp(`Wait on another +skipped ${hosts - 2} not-run 1 to go 1$`, 'm'))
      await fleet.exec('rs8', 'touch /run/go')
      const [end, prompt] = await terminal.ended()
      expectWhole(end)
      expect(prompt).toBe('[2]')
      expect(await terminal.ask('#{history_size} #{cursor_flag}')).toBe(`${before} 1`)
      const closing = end.join('\n')
      expect(closing).toMatch(/^rs7 +changed 1 +failed 1 +not-run 2$/m)
      expect(closing).toContain(`(${hosts - 2}) `)
      expect(closing).toMatch(/^FAILED Fail on one \(.*slow\.yml:\d+\) on rs7/m)
      expect(closing).toMatch(new RegExp(`^${hosts} hosts: ${hosts} changed, 1 failed · .* · exit 2$`, 'm'))
    })
  }, 600_000)

  test('Ctrl-C: the prompt is back, the cursor shown, exit 130', async () => {
    await fleet.exec('rs8', 'rm -f /run/go')
    await inTerminal({}, async (terminal) => {
      await terminal.type(run('-l rs8'))
      await terminal.until((screen) => screen.some((line) => line.includes('… rs8 ')))
      await terminal.key('C-c')
      await terminal.until((screen) => screen.some((line) => line.includes('SIGINT')))
      await fleet.exec('rs8', 'touch /run/go')
      const [end, prompt] = await terminal.ended()
      expect(prompt).toBe('[130]')
      expect(end.join('\n')).toContain('INTERRUPTED by SIGINT')
      expect(await terminal.ask('#{cursor_flag}')).toBe('1')
    })
  }, 300_000)

  test('a second Ctrl-C quits at once, with the cursor shown', async () => {
    await fleet.exec('rs9', 'rm -f /run/go')
    fleet.write('slow9.yml', playbook.replaceAll('rs8', 'rs9'))
    await inTerminal({}, async (terminal) => {
      await terminal.type(`run slow9.yml -i ${fleet.inventory} --timeout 300 -l rs9`)
      await terminal.until((screen) => screen.some((line) => line.includes('… rs9 ')))
      await terminal.key('C-c')
      await terminal.until((screen) => screen.some((line) => line.includes('SIGINT')))
      await terminal.key('C-c')
      const [end, prompt] = await terminal.ended()
      expect(prompt).toBe('[130]')
      expect(end.join('\n')).toContain('quit: rounds that were sent go on by themselves; run again to finish')
      expect(await terminal.ask('#{cursor_flag}')).toBe('1')
    })
    await fleet.exec('rs9', 'touch /run/go')
  }, 300_000)

  test.each([
    ['CI', { CI: '1' }],
    ['a dumb terminal', { TERM: 'dumb' }],
  ])(
    '%s: plain output',
    async (_, env) => {
      await inTerminal(env, async (terminal) => {
        await terminal.type(run('--check -l rs1'))
        const [end, prompt] = await terminal.ended()
        expect(prompt).toBe('[0]')
        expect(end.join('\n')).toContain('PLAY 1 Every host forwards, one fails and one is slow (1 host)')
        expect(end.join('\n')).not.toContain('slow.yml on')
      })
    },
    300_000,
  )

  test('a pipe: plain output without any escape', async () => {
    const { stdout, code } = await fleet.ipvsPlay('run', 'slow.yml', '-i', fleet.inventory, '--check', '-l', 'rs1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^check mode: .*\nPLAY 1 /)
    expect(stdout).not.toContain('\u001b')
  }, 120_000)
})
