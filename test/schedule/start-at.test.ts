import { expect, test } from 'vitest'
import { listTags } from '../../src/cli/list.ts'
import { scheduleText } from './fleet.ts'

const playbook = `- name: First
  hosts: director
  tasks:
    - {name: Look, debug: {msg: a}, register: seen}
    - {name: Set up 1, debug: {msg: b}, tags: [up]}
- name: Second
  hosts: realserver
  tags: second
  tasks:
    - {name: Set up 2, debug: {msg: c}}
    - {name: Tell, debug: {msg: d}, tags: [never, up]}
  handlers:
    - {name: Restart, debug: {msg: e}, tags: end}
`
const from = async (startAtTask: string) => {
  const { value, said } = await scheduleText(playbook, { startAtTask })
  return [value?.playbooks.flatMap(({ plays }) => plays.map(({ tasks }) => tasks.map(({ id }) => id))), said]
}

test('tasks before the named one are left out; the others keep their ids', async () => {
  expect(await from('Set up 1')).toEqual([[['1.2'], ['2.1']], []])
  expect(await from('Set up 2')).toEqual([[[], ['2.1']], []])
  expect(await from('*up ?')).toEqual([[['1.2'], ['2.1']], []])
})

test('a name that is none is a mistake', async () => {
  expect((await from('Set up2'))[1]).toEqual(['no task is called "Set up2", to start at'])
})

test('the tags of each play', async () => {
  const { value } = await scheduleText(playbook, { tags: ['all', 'never'] })
  expect(value && listTags(value)).toBe(
    'play 1: First (1 host)\n  tags: up\n\nplay 2: Second (4 hosts)\n  tags: end, never, second, up\n',
  )
})
