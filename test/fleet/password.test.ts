import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const skipped = lacks('the question for a password', 'root', 'tmux', 'ip', 'unshare', 'sshd', 'sudo')
const question = 'BECOME password:'

describe.skipIf(skipped)('-K in a real terminal', () => {
  let fleet: Fleet
  let terminal: Terminal
  beforeAll(async () => {
    fleet = await bringUp({ directors: 0, realservers: 1, server: 'openssh' })
    await fleet.exec(
      'rs1',
      `useradd -m -s /bin/sh asked && echo 'asked:r1ght-pw' | chpasswd && echo 'asked ALL=(ALL) ALL' >/etc/sudoers.d/asked`,
    )
    fleet.write('who.yml', '- hosts: rs1\n  tasks:\n    - command: id -un\n')
  })
  afterAll(() => fleet?.down())

  const atQuestion = async (): Promise<Terminal> => {
    terminal = await openTerminal({ folder: fleet.folder, columns: 80, rows: 24, env: {} })
    await terminal.type(`run who.yml -i ${fleet.inventory} -u asked -b -K`)
    await terminal.until((screen) => screen.some((line) => line.startsWith(question)))
    return terminal
  }

  test('what is typed is not shown; the run goes on with it', async () => {
    try {
      const { key, ended } = await atQuestion()
      await key('r1ght-pw')
      await key('Enter')
      const [screen, code] = await ended()
      expect(code).toBe('[0]')
      expect(screen.join('\n')).toContain('rs1  changed 1')
      expect(screen.join('\n')).not.toContain('r1ght')
    } finally {
      await terminal.close()
    }
  })

  test.each([
    ['C-c', '[130]', [question]],
    ['C-d', '[5]', [question, 'error: no password was given', '1 error']],
  ])('%s at the question: nothing begins, exit %s', async (pressed, exit, said) => {
    try {
      const { key, ended } = await atQuestion()
      if (pressed === 'C-c') await key('half-a-pw')
      await key(pressed)
      const [screen, code] = await ended()
      expect(code).toBe(exit)
      expect(screen.filter((line) => line !== '').slice(-said.length)).toEqual(said)
    } finally {
      await terminal.close()
    }
  })
})
