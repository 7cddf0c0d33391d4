/** Hosts that tasks are delegated to: they are reached though no play names them. */
import { localNames, thisMachineIn } from '../inventory/localhost.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Playbook } from '../model/schedule.ts'
import type { Included } from './includes.ts'
import { inspect } from './resolve.ts'
import { nothingLearned, type Scopes } from './scope.ts'

/** Where it depends on what only a run brings, any host of the inventory may be meant. */
export const delegatesOf = (
  playbooks: readonly Playbook[],
  classesOf: Scopes['classes'],
  { included, inventory }: { readonly included: Included; readonly inventory: Inventory },
): readonly string[] => {
  const found = new Set<string>()
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const own = [...play.tasks, ...play.handlers]
    const delegated = [...own, ...own.flatMap(included.get)].filter(({ delegateTo }) => delegateTo !== undefined)
    const classes = classesOf(play, nothingLearned)
    for (const task of delegated) {
      if (task.delegateTo?.source.includes('{{') !== true) {
        const name = task.delegateTo?.source.trim() ?? ''
        found.add(localNames.has(name) ? thisMachineIn(inventory.hosts, name) : name)
        continue
      }
      for (const { result } of classes.of(task, (scope) => inspect(task, play, scope))) {
        if (result.kind !== 'items') return anybody(inventory)
        for (const item of result.items) if (item.kind === 'work' && item.on !== undefined) found.add(item.on)
      }
    }
    // What is included later may be delegated to anybody.
    if (own.some((task) => task.type.includes) && !included.whole) return anybody(inventory)
  }
  return [...found].filter((name) => inventory.hosts.has(name) || localNames.has(name))
}

const anybody = ({ hosts }: Inventory): readonly string[] => [
  ...new Set([...hosts.keys(), thisMachineIn(hosts, 'localhost')]),
]
