import { describe, expect, test } from 'vitest'
import { playOf, scheduleText } from './fleet.ts'

const schedulePlay = (line: string, extraVars: readonly string[] = []) =>
  scheduleText(`- hosts: realserver\n  ${line}\n  tasks: [{persist: }]\n`, { extraVars })

describe('forms', () => {
  test.each([
    ['serial: 1', { serial: [{ count: 1 }] }],
    ['serial: "2"', { serial: [{ count: 2 }] }],
    ['serial: 25%', { serial: [{ percent: 25 }] }],
    ['serial: 12.5%', { serial: [{ percent: 12.5 }] }],
    ['serial: [1, 25%, 100%]', { serial: [{ count: 1 }, { percent: 25 }, { percent: 100 }] }],
    ['serial: "{{ n }}"', { serial: [{ count: 3 }] }],
    ['serial: "{{ [1, n] }}"', { serial: [{ count: 1 }, { count: 3 }] }],
    ['max_fail: 0', { maxFail: { count: 0 } }],
    ['max_fail: 30%', { maxFail: { percent: 30 } }],
    ['max_fail: 0%', { maxFail: { percent: 0 } }],
    ['max_unreachable: 2', { maxUnreachable: { count: 2 } }],
  ])('%s', async (line, fields) => {
    const scheduled = await schedulePlay(line, ['n=3'])
    expect(scheduled.said).toEqual([])
    expect(playOf(scheduled)).toMatchObject(fields)
  })

  test('what is not named is absent', async () => {
    const play = playOf(await schedulePlay('name: x'))
    for (const field of ['serial', 'maxFail', 'maxUnreachable']) expect(play).not.toHaveProperty(field)
  })
})

describe('mistakes', () => {
  test.each([
    ['serial: 0', '2:11 `serial` must be at least 1, not 0'],
    ['serial: -1', '2:11 `serial` must be at least 1, not -1'],
    ['serial: 1.5', '2:11 `serial` must be a whole number, not 1.5'],
    ['serial: 0%', '2:11 `serial` of 0% would never begin'],
    ['serial: 120%', '2:11 `serial` cannot be more than 100%'],
    ['serial: some', '2:11 `serial` must be a number or a percentage, not "some"'],
    ['serial: true', '2:11 `serial` must be a number or a percentage, not true'],
    ['serial:', '2:10 `serial` must be a number or a percentage, not nothing'],
    ['serial: []', '2:11 `serial` is an empty list'],
    [
      'serial: [1, 0, x]',
      '2:15 `serial` must be at least 1, not 0\n2:18 `serial` must be a number or a percentage, not "x"',
    ],
    ['serial: {a: 1}', '2:11 `serial` must be a number or a percentage, not {"a":1}'],
    ['serial: "{{ nowhere }}"', '2:15 undefined variable "nowhere"'],
    ['max_fail: -1', '2:13 `max_fail` must be at least 0, not -1'],
    ['max_fail: [1]', '2:13 `max_fail` must be a number or a percentage, not [1]'],
    ['max_unreachable: 101%', '2:20 `max_unreachable` cannot be more than 100%'],
  ])('%s', async (line, problem) => expect((await schedulePlay(line)).said.join('\n')).toBe(problem))
})
