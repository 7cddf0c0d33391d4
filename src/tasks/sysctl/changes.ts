import type { Change, Facts, Prediction, Step, Test } from '../../model/task-type.ts'
import type { Variables } from '../../readings/guards.ts'
import { possible, sysctl } from '../../readings/sysctl.ts'
import type { Surroundings, Write } from './effects.ts'
import { opens, withoutVips } from './hazards.ts'
import { ipv6Losses, lossPredictions, lossTests, lossUndo } from './ipv6-off.ts'
import { after, holds, inOrder, type Order, writesTowards } from './simulate.ts'

/** One wished variable, its value as this host's kernel will print it. */
export interface Wish {
  readonly path: string
  readonly shown: string
  readonly text: string
}

interface Scene {
  readonly read: Variables
  readonly around: Surroundings
  readonly facts: Facts
}

/**
 * One change for each wish that does not hold yet. A write that puts back what another one disturbed belongs to that
 * one's change; a wish that comes true by another's side effect is a change without steps.
 */
export const changesFor = (
  wishes: readonly Wish[],
  { writes, order }: { readonly writes: readonly Write[]; readonly order: Order },
  scene: Scene,
): Change[] => {
  const missing = new Map(
    wishes.filter(({ path, text }) => !holds(scene.read(path), text)).map((wish) => [wish.path, wish]),
  )
  const done: Write[] = []
  return inOrder(missing.keys(), order).flatMap((path) => {
    const wish = missing.get(path)
    if (!wish) return []
    const own = writes.find((write) => write.path === path)
    const repairs = own ? writes.filter((write) => own.sets.has(write.path) && !missing.has(write.path)) : []
    const before = after(scene.read, [...done])
    const mine = own ? [own, ...repairs] : []
    done.push(...mine)
    return [changeOf(wish, mine, { ...scene, read: before }, scene.read)]
  })
}

const changeOf = (wish: Wish, writes: readonly Write[], scene: Scene, asRead: Variables): Change => {
  const now = after(scene.read, writes)
  const losses = writes.flatMap((write) => ipv6Losses(write, scene.read, scene.facts))
  const touched = new Set([wish.path, ...writes.flatMap(({ sets }) => [...sets.keys()])])
  const back = new Map<string, string>()
  for (const path of touched) {
    // What an earlier write may or may not have changed goes back to what was read.
    const value = [scene.read(path), asRead(path)].find(({ kind }) => kind === 'value')
    if (value?.kind === 'value') back.set(path, value.text)
  }
  const undo = writes.length === 0 ? [] : writesTowards(back, now, scene.around)
  return {
    what: wish.shown,
    from: possible(asRead(wish.path)).join(' or '),
    to: wish.text,
    steps: stepsOf(writes, scene),
    undo: [...stepsOf(undo, { ...scene, read: now }), ...lossUndo(losses)],
    leaves: [
      ...[...touched].map((path): Prediction => ({ reading: sysctl(path), value: now(path) })),
      ...lossPredictions(losses),
    ],
  }
}

const stepsOf = (writes: readonly Write[], { read, around, facts }: Scene): Step[] =>
  writes.map((write, at) => {
    const before = after(read, writes.slice(0, at))
    const requires: Test[] = [
      ...(opens(before, write, around.devices).length > 0 ? [withoutVips(facts)] : []),
      ...lossTests(ipv6Losses(write, before, facts)),
    ]
    return { kind: 'set', path: write.path, value: write.value, ...(requires.length > 0 ? { requires } : {}) }
  })
