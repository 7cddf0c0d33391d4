/** Groups by name, with those right above and below each. */
type Groups = ReadonlyMap<string, { readonly children: ReadonlySet<string>; readonly parents: ReadonlySet<string> }>

/** From one group down to another, both included. */
export const pathBetween = (groups: Groups, from: string, to: string): readonly string[] | undefined => {
  const above = new Map<string, string | undefined>([[from, undefined]])
  for (const name of above.keys()) {
    if (name === to) return climb(above, name)
    for (const child of groups.get(name)?.children ?? []) if (!above.has(child)) above.set(child, name)
  }
  return undefined
}

const climb = (above: ReadonlyMap<string, string | undefined>, to: string): readonly string[] => {
  const path: string[] = []
  for (let name: string | undefined = to; name !== undefined; name = above.get(name)) path.unshift(name)
  return path
}

/** The longest way down from `all`: a group's turn comes when all its parents have had theirs. There are no loops. */
export const depthsOf = (groups: Groups): ReadonlyMap<string, number> => {
  const depths = new Map<string, number>([['all', 0]])
  const parentsLeft = new Map<string, number>()
  const turns = ['all']
  for (const name of turns) {
    const depth = (depths.get(name) ?? 0) + 1
    for (const child of groups.get(name)?.children ?? []) {
      depths.set(child, Math.max(depth, depths.get(child) ?? 0))
      const left = (parentsLeft.get(child) ?? groups.get(child)?.parents.size ?? 1) - 1
      parentsLeft.set(child, left)
      if (left === 0) turns.push(child)
    }
  }
  return depths
}
