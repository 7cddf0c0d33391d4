import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { fitnessSource, NEEDED, parseFitness, usefulFor } from '../../src/readings/fitness.ts'

const look = (tools: readonly string[], env: Record<string, string> = {}) => {
  const [, ...args] = fitnessSource('root', tools).command
  const { status, stdout, stderr } = spawnSync('/bin/sh', args, { encoding: 'utf8', env: { ...process.env, ...env } })
  return parseFitness({ exitCode: status ?? 255, stdout, stderr })
}

describe('one look at a host', () => {
  test('finds what this machine is, and what it lacks', () => {
    const { os, shell, lacks } = look(['cat', 'no-such-tool', 'sh', 'nor-this'])
    expect(os).not.toBe('')
    expect(shell).toMatch(/^\w+$/)
    expect(lacks).toEqual(['no-such-tool', 'nor-this'])
  })

  test('has no need of any tool itself', () => {
    const { lacks, actsAs } = look(NEEDED, { PATH: '/nowhere' })
    expect(lacks).toEqual(NEEDED.filter((tool) => tool !== 'kill')) // which every shell has
    expect(actsAs).toBe('')
  })

  test('reads what a host says', () => {
    const stdout =
      'shell ash\nos "Alpine Linux v3.20"\nas root\ninit openrc\nlacks ip\nobstacle /proc/sys is read-only\n'
    expect(parseFitness({ exitCode: 0, stdout, stderr: '' })).toEqual({
      os: 'Alpine Linux v3.20',
      shell: 'ash',
      init: 'openrc',
      actsAs: 'root',
      lacks: ['ip'],
      obstacles: ['/proc/sys is read-only'],
    })
    expect(parseFitness({ exitCode: 127, stdout: '', stderr: '' })).toMatchObject({ init: 'none', lacks: [] })
  })

  test('asks hosts of both groups for each tool once', () => {
    expect(usefulFor(['all', 'director', 'realserver'])).toEqual(['arping', 'ipvsadm', 'modprobe'])
    expect(usefulFor(['all'])).toEqual([])
  })
})
