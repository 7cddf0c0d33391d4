import { expect, test } from 'vitest'
import type { CallEnd } from '../../src/model/connection.ts'
import { createChannels } from '../../src/transport/channels.ts'

const ENDED: CallEnd = { kind: 'ended', exitCode: 0, stderr: '' }
const FULL: CallEnd = { kind: 'refused', reason: 'open failed', noChannel: true }

/** A host with room for so many; calls end in turn, as they are told to. */
const host = (room: number) => {
  let open = 0
  let most = 0
  const call = async (): Promise<CallEnd> => {
    if (open >= room) return FULL
    most = Math.max(most, ++open)
    await new Promise(setImmediate)
    open--
    return ENDED
  }
  return { call, most: () => most }
}

test.each([1, 2, 7, 50])('room for %d: all have their turn, and never more than ten at once', async (room) => {
  const { call, most } = host(room)
  const run = createChannels()
  expect(await Promise.all(Array.from({ length: 30 }, () => run(call)))).toEqual(Array(30).fill(ENDED))
  expect(most()).toBe(Math.min(room, 10))
})

test('a host without any room is asked once by each', async () => {
  let asked = 0
  const run = createChannels()
  const call = async (): Promise<CallEnd> => {
    asked++
    return FULL
  }
  expect([await run(call), await run(call)]).toEqual([FULL, FULL])
  expect(asked).toBe(2)
})

test('a session that the host has not yet noticed to be over is waited for', async () => {
  const ends = [ENDED, FULL, FULL, ENDED]
  const run = createChannels()
  const call = async (): Promise<CallEnd> => ends.shift() ?? FULL
  expect([await run(call), await run(call)]).toEqual([ENDED, ENDED])
})

test('what else becomes of a call is its own', async () => {
  const lost: CallEnd = { kind: 'lost', reason: 'gone' }
  const run = createChannels()
  expect(await run(async () => lost)).toBe(lost)
  await expect(run(() => Promise.reject(new Error('our bug')))).rejects.toThrow('our bug')
  expect(await run(async () => ENDED)).toBe(ENDED)
})
