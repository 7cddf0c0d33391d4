import type { Diagnostic, Scope } from '../model/document.ts'

/** Mistakes of hosts, where hosts that make the same one at the same place are told together. */
export interface Alike {
  add(host: string, problem: Diagnostic): void
  problems(): readonly Diagnostic[]
}

export const createAlike = (): Alike => {
  const found = new Map<string, { problem: Diagnostic; what: string; hosts: Set<string> }>()
  return {
    add: (host, problem) => {
      const { summary, at, hint } = problem
      const what = summary.startsWith(`${host}: `) ? summary.slice(host.length + 2) : summary
      const key = JSON.stringify([what, at, hint])
      const one = found.get(key) ?? { problem, what, hosts: new Set() }
      found.set(key, one)
      one.hosts.add(host)
    },
    problems: () =>
      [...found.values()].map(({ problem, what, hosts }) =>
        hosts.size < 2 || what === problem.summary
          ? problem
          : { ...problem, summary: `${[...hosts][0]} and ${hosts.size - 1} more: ${what}` },
      ),
  }
}

/** A mistake without a place gets that of the variable of the host which it names. */
export const placed = (problem: Diagnostic, scope: Scope): Diagnostic => {
  if (problem.at !== undefined) return problem
  const [name] = /\bansible_\w+/.exec(`${problem.summary} ${problem.hint}`) ?? []
  const binding = name === undefined ? undefined : scope.get(name)
  return binding?.kind === 'written' ? { ...problem, at: binding.node.at } : problem
}
