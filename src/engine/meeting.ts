import type { Binding } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Control } from '../model/task-type.ts'
import { comparePositions, type Position } from './queue.ts'

/** What one host found out for all. */
export interface Shared {
  readonly bindings: ReadonlyMap<string, Binding>
  /** The name of the task, when it failed. */
  readonly failed?: string
  readonly control?: Control
}

/** Where the hosts of a batch wait for each other. A host that waits holds no place among those at work. */
export interface Meeting {
  /** Of the batch, also those that left. */
  readonly hosts: readonly string[]
  /** Waits until nobody is before this position. Gives who is at it too, in the play's order. */
  arrive(host: string, position: Position): Promise<readonly string[]>
  /** This host comes no more. */
  leave(host: string): void
  tell(host: string, position: Position, shared: Shared): void
  /** What `from` tells of this position; undefined when it left without a word. */
  hear(from: string, position: Position): Promise<Shared | undefined>
  /** Waits until fewer than `most` hosts are at this task; the answer ends the turn. */
  turn(task: Task, most: number): Promise<() => void>
}

/** Places among the hosts that are worked on at once. */
export interface Slots {
  take(): Promise<void>
  giveBack(): void
}

export const createSlots = (most: number): Slots => {
  let free = most
  const waiting: (() => void)[] = []
  return {
    take: () => {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve))
      free--
      return Promise.resolve()
    },
    giveBack: () => {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    },
  }
}

interface Waiting {
  readonly position: Position
  go(together: readonly string[]): void
}

export const createMeeting = (hosts: readonly string[], slots: Slots): Meeting => {
  const members = new Set(hosts)
  const waiting = new Map<string, Waiting>()
  const words = new Map<string, { from: string; heard: Promise<Shared | undefined>; say(word?: Shared): void }>()
  const turns = new Map<string, Slots>()

  /** When all wait, those that are furthest behind go on. */
  const release = () => {
    if (waiting.size === 0 || waiting.size < members.size) return
    const behind = [...waiting.values()].reduce((a, b) => (comparePositions(a.position, b.position) <= 0 ? a : b))
    const together = hosts.filter((host) => {
      const one = waiting.get(host)
      return one !== undefined && comparePositions(one.position, behind.position) === 0
    })
    for (const host of together) {
      const one = waiting.get(host)
      waiting.delete(host)
      one?.go(together)
    }
  }
  const wordOf = (from: string, position: Position) => {
    const key = JSON.stringify([from, position.map(String)])
    const known = words.get(key)
    if (known !== undefined) return known
    let say: (word?: Shared) => void = () => undefined
    const heard = new Promise<Shared | undefined>((resolve) => {
      say = resolve
    })
    const made = { from, heard, say }
    words.set(key, made)
    return made
  }
  const away = async <T>(what: Promise<T>): Promise<T> => {
    slots.giveBack()
    const value = await what
    await slots.take()
    return value
  }
  return {
    hosts,
    arrive: (host, position) => {
      const coming = new Promise<readonly string[]>((go) => waiting.set(host, { position, go }))
      release()
      return away(coming)
    },
    leave: (host) => {
      members.delete(host)
      for (const { from, say } of words.values()) if (from === host) say(undefined)
      release()
    },
    tell: (host, position, shared) => wordOf(host, position).say(shared),
    hear: (from, position) => {
      const { heard, say } = wordOf(from, position)
      if (!members.has(from)) say(undefined)
      return away(heard)
    },
    turn: async (task, most) => {
      const places = turns.get(task.id) ?? createSlots(most)
      turns.set(task.id, places)
      await away(places.take())
      return places.giveBack
    },
  }
}
