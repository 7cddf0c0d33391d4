/**
 * A shell glob as Python's fnmatch reads it, which is what Ansible's patterns are: `*` and `?` match anything, dots and
 * slashes too; `[a-z]`, `[!x]`; a `[` that is never closed is itself. The whole name must match, in its case.
 */
export const globToRegExp = (glob: string): RegExp => {
  let source = ''
  for (let index = 0; index < glob.length; index += 1) {
    const char = glob[index] ?? ''
    const end = char === '[' ? classEnd(glob, index) : -1
    if (end >= 0) {
      source += classSource(glob.slice(index + 1, end))
      index = end
    } else if (char === '*') {
      source += source.endsWith('.*') ? '' : '.*'
    } else {
      source += char === '?' ? '.' : escaped(char)
    }
  }
  return new RegExp(`^${source}$`, 's')
}

const escaped = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char)

/** A `]` right behind `[` or `[!` belongs to the class. */
const classEnd = (glob: string, open: number): number => {
  const first = open + (glob[open + 1] === '!' ? 2 : 1)
  return glob.indexOf(']', glob[first] === ']' ? first + 1 : first)
}

const classSource = (written: string): string => {
  const negated = written.startsWith('!')
  const members = negated ? written.slice(1) : written
  let source = ''
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? ''
    const to = members[index + 2]
    if (members[index + 1] === '-' && to !== undefined) {
      // A range that counts down holds nothing.
      if (from <= to) source += `${inClass(from)}-${inClass(to)}`
      index += 2
    } else {
      source += inClass(from)
    }
  }
  if (source === '') return negated ? '.' : '(?!)'
  return `[${negated ? '^' : ''}${source}]`
}

const inClass = (char: string): string => (/[\\\]^-]/.test(char) ? `\\${char}` : char)
