import { expect, test } from 'vitest'
import { createMeeting, createSlots } from '../../src/engine/meeting.ts'
import type { Position } from '../../src/engine/queue.ts'

/** All promises that can go on have gone on. */
const rest = () => new Promise((resolve) => setImmediate(resolve))

const scene = async (hosts: readonly string[], forks: number) => {
  const slots = createSlots(forks)
  const meeting = createMeeting(hosts, slots)
  const log: string[] = []
  const walk = async (host: string, stops: readonly Position[]) => {
    await slots.take()
    for (const stop of stops) {
      const together = await meeting.arrive(host, stop)
      log.push(`${host}@${stop.join('.')} with ${together.join('')}`)
    }
    meeting.leave(host)
    slots.giveBack()
  }
  return { meeting, slots, log, walk }
}

test('nobody goes on while another is before that place, also with fewer places than hosts', async () => {
  const { log, walk } = await scene(['a', 'b', 'c'], 1)
  await Promise.all([walk('a', [[0], [1]]), walk('b', [[1]]), walk('c', [[0], [0, 1], [1]])])
  expect(log).toEqual(['a@0 with ac', 'c@0 with ac', 'c@0.1 with c', 'a@1 with abc', 'b@1 with abc', 'c@1 with abc'])
})

test('who leaves is waited for no longer', async () => {
  const { log, walk, meeting } = await scene(['a', 'b'], 2)
  const walking = walk('a', [[3]])
  await rest()
  expect(log).toEqual([])
  meeting.leave('b')
  await walking
  expect(log).toEqual(['a@3 with a'])
})

test('what one tells the others hear, whoever comes first; who left without a word says nothing', async () => {
  const { meeting, slots } = await scene(['a', 'b'], 2)
  await slots.take()
  const early = meeting.hear('a', [1])
  meeting.tell('a', [1], { bindings: new Map(), failed: 'x' })
  expect(await early).toMatchObject({ failed: 'x' })
  expect(await meeting.hear('a', [1])).toMatchObject({ failed: 'x' })
  const silent = meeting.hear('a', [2])
  meeting.leave('a')
  expect(await silent).toBeUndefined()
  expect(await meeting.hear('a', [3])).toBeUndefined()
})
