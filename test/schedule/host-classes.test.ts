import { expect, test } from 'vitest'
import { inspect } from '../../src/schedule/resolve.ts'
import { fleet, playOf, scheduleText } from './fleet.ts'

const nothing = { facts: new Map(), results: new Map() }

const inventory = fleet({
  rs1: '{rack: a, weight: 1}',
  rs2: '{rack: b, weight: 2}',
  rs3: '{rack: a, weight: 3}',
  rs4: '{rack: b, extra: "{{ weight }}", weight: 4}',
})
const playbook = `- hosts: d1:rs2
  tasks:
    - {debug: {msg: first}, register: answer}
- hosts: realserver
  vars: {word: hello}
  tasks:
    - debug: {msg: "the same for all, {{ word }} {{ vip }}"}
    - debug: {msg: "{{ rack }}"}
    - debug: {msg: "{{ weight }}"}
      when: rack == "b"
    - debug: {msg: "{{ word }}"}
      vars: {word: "{{ rack }} of the task"}
    - debug: {msg: "{{ answer }}"}
      when: answer is defined
    - debug: {msg: "{{ extra | default('none') }}"}
    - debug: {msg: "{{ nic }} {{ item }}"}
      loop: "{{ groups.realserver }}"
    - debug: {msg: "{{ inventory_hostname }}"}
`

test('a class says of each of its hosts what is found on that host alone', async () => {
  const scheduled = await scheduleText(playbook, { inventory })
  const play = playOf(scheduled, 2)
  const scopeOf = (host: string) => {
    const scope = scheduled.value?.scope(play, host, nothing)
    if (scope === undefined) throw new Error('there is no schedule')
    return scope
  }
  const classes = scheduled.value?.classes(play, nothing)
  const counts = play.tasks.map((task) => {
    const found = classes?.of(task, (scope) => inspect(task, play, scope)) ?? []
    expect(found.flatMap(({ hosts }) => hosts).sort()).toEqual([...play.hosts].sort())
    for (const { hosts, result } of found)
      for (const host of hosts) expect(inspect(task, play, scopeOf(host)), `${task.id} on ${host}`).toEqual(result)
    return found.length
  })
  // As few as the values that are looked at, and no fewer.
  expect(counts).toEqual([1, 2, 3, 2, 2, 2, 1, 4])
})
