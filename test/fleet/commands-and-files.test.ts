import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

const skipped = lacks('command, shell, script, template on hosts', 'root', 'ip', 'unshare', 'sshd')

const results = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'task-finished' && event.result ? [event.result] : []))

describe.skipIf(skipped)('on a real host', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 1 })
  })
  afterAll(() => fleet?.down())

  /** Tasks in a playbook of their own. */
  const play = (name: string, tasks: string) =>
    fleet.write(name, `- hosts: realserver\n  vars: {port: 8080, servers: [a, b]}\n  tasks:\n${tasks}`)

  test('shell lines run in their directory, and not again when they are done', async () => {
    const book = play(
      'shell.yml',
      `    - shell: printf '%s\\n' one two | tee made creates=/tmp/made chdir=/tmp
    - shell: {cmd: 'cat; printf "\\n\\n"', stdin: text, strip_empty_ends: false}
    - command: cat /tmp/made removes=/tmp/ma*e
`,
    )
    const foretold = await fleet.run(book, '--check')
    expect(foretold.statuses('rs1')).toEqual(['would-change', 'unknown', 'ok'])
    const first = await fleet.run(book)
    expect(first.statuses('rs1')).toEqual(['changed', 'changed', 'changed'])
    expect(results(first.events).map(({ stdout }) => stdout)).toEqual(['one\ntwo', 'text\n\n\n', 'one\ntwo'])
    const second = await fleet.run(book)
    expect(second.statuses('rs1')).toEqual(['ok', 'changed', 'changed'])
  })

  test.each([
    ['#!/bin/sh', 'echo "$1 $#"; cat; exit 3'],
    ['#!/usr/bin/env perl', 'print "$ARGV[0] ", scalar(@ARGV), "\\n"; print <STDIN>; exit 3;'],
    ['#!/bin/bash -u', '[[ $# -gt 0 ]] && echo "$1 $#"; cat; exit 3'],
  ])('a script that begins with %s gets its arguments and leaves no trace', async (first, body) => {
    mkdirSync(join(fleet.folder, 'files'), { recursive: true })
    writeFileSync(join(fleet.folder, 'files/tell.sh'), `${first}\n${body}\n`)
    const book = play(
      'script.yml',
      `    - script: tell.sh 'a b' c
      register: told
      ignore_errors: true
    - assert: {that: [told.rc == 3, told.stdout == 'a b 2']}
`,
    )
    const look = 'find /tmp /var/tmp /dev/shm /root /run -path /run/ipvs-play -prune -o -print | sort'
    const before = await fleet.exec('rs1', look)
    const ended = await fleet.run(book)
    expect(ended.statuses('rs1')).toEqual(['failed', 'ok'])
    const after = await fleet.exec('rs1', look)
    expect(after.stdout).toBe(before.stdout)
  })

  test('a template is written as it renders, and only when it differs', async () => {
    mkdirSync(join(fleet.folder, 'templates'), { recursive: true })
    writeFileSync(
      join(fleet.folder, 'templates/site.j2'),
      `# {{ inventory_hostname }} by {{ nic }}\n{% for server in servers %}\nserver {{ server }}:{{ port }}\n{% endfor %}\n`,
    )
    const book = play('template.yml', '    - template: {src: site.j2, dest: /etc/, mode: "u=rw,go="}\n')
    const foretold = await fleet.run(book, '--check')
    expect(foretold.statuses('rs1')).toEqual(['would-change'])
    expect((await fleet.run(book)).statuses('rs1')).toEqual(['changed'])
    const { stdout } = await fleet.exec('rs1', 'cat /etc/site.j2; stat -c %a /etc/site.j2')
    expect(stdout).toBe('# rs1 by eth0\nserver a:8080\nserver b:8080\n600\n')
    expect((await fleet.run(book)).statuses('rs1')).toEqual(['ok'])
  })

  test('a mistake in a template is told at its line, and no host hears of it', async () => {
    writeFileSync(join(fleet.folder, 'templates/wrong.j2'), 'a\n{{ prot }}\n')
    const ended = await fleet.run(play('wrong.yml', '    - template: {src: wrong.j2, dest: /etc/wrong}\n'))
    expect(ended.code).toBe(5)
    expect(ended.events).toEqual([])
    expect(ended.stderr).toContain('templates/wrong.j2:2:4')
  })

  test('a module that cannot be loaded fails with what modprobe says, and nothing is kept for the boot', async () => {
    const ended = await fleet.run(play('module.yml', '    - community.general.modprobe: {name: no_such_module}\n'))
    expect(ended.statuses('rs1')).toEqual(['failed'])
    expect(ended.stdout).toMatch(/in `modprobe -- no_such_module`/)
    expect((await fleet.exec('rs1', 'cat /etc/modules-load.d/ipvs-play.conf')).stdout).toBe('')
  })
})
