/** The bits that a mode in octal or with letters comes to. */
import type { ArgumentProblem } from '../../model/task-type.ts'

const octal = /^0*[0-7]{3,4}$/
const clause = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/
const who = { u: 6, g: 3, o: 0 } as const
type Who = keyof typeof who

const bitsOf = (letters: string, before: number): number => {
  if (letters === 'u' || letters === 'g' || letters === 'o') return (before >> who[letters]) & 7
  const x = letters.includes('x') || (letters.includes('X') && (before & 0o111) !== 0)
  return (letters.includes('r') ? 4 : 0) | (letters.includes('w') ? 2 : 0) | (x ? 1 : 0)
}

const specialOf = (letters: string, whom: readonly Who[], all: boolean): number =>
  (letters.includes('s') && whom.includes('u') ? 0o4000 : 0) |
  (letters.includes('s') && whom.includes('g') ? 0o2000 : 0) |
  (letters.includes('t') && (all || whom.includes('o')) ? 0o1000 : 0)

const apply = (before: number, whom: readonly Who[], all: boolean, [operator, letters]: readonly [string, string]) => {
  const ordinary = whom.reduce((sum, each) => sum | (bitsOf(letters, before) << who[each]), 0)
  const bits = ordinary | specialOf(letters, whom, all)
  if (operator === '+') return before | bits
  if (operator === '-') return before & ~bits
  const cleared =
    whom.reduce((sum, each) => sum | (7 << who[each]), 0) |
    (whom.includes('u') ? 0o4000 : 0) |
    (whom.includes('g') ? 0o2000 : 0) |
    (whom.includes('o') ? 0o1000 : 0)
  return (before & ~cleared) | bits
}

/**
 * A mode that `modeProblems` has let through, as four octal digits. Letters as chmod(1) takes them; without `u`, `g`, `o`
 * they mean all three. `now` is the mode that the file has: letters start from it.
 */
export const modeFrom = (mode: string | number, now: string): string => {
  const text = String(mode)
  if (octal.test(text)) return four(Number.parseInt(text, 8))
  const bits = text.split(',').reduce(
    (before, part) => {
      const [, names = '', actions = ''] = clause.exec(part) ?? []
      const all = names === '' || names.includes('a')
      const whom: readonly Who[] = all ? ['u', 'g', 'o'] : ([...names] as Who[])
      return [...actions.matchAll(/([-+=])([rwxXstugo]*)/g)].reduce(
        (sum, [, operator = '', letters = '']) => apply(sum, whom, all, [operator, letters]),
        before,
      )
    },
    Number.parseInt(now, 8),
  )
  return four(bits)
}

const four = (bits: number): string => bits.toString(8).padStart(4, '0')

/** What is no mode, or may mean two. */
export const modeProblems = (mode: string | number | undefined): readonly ArgumentProblem[] => {
  if (mode === undefined) return []
  if (typeof mode === 'string' && (octal.test(mode) || mode.split(',').every((part) => clause.test(part)))) return []
  if (mode === 'preserve')
    return [{ path: ['mode'], summary: '`preserve` is not supported', hint: 'write the mode that the file shall have' }]
  const likely = typeof mode === 'string' ? undefined : /^[0-7]{3,4}$/.test(`${mode}`) ? mode : mode.toString(8)
  const summary = likely === undefined ? `\`${mode}\` is not a mode` : `the number ${mode} may mean two modes`
  const hint = `write it in quotes, like '0${likely ?? '644'}'${likely === undefined ? ' or u=rw,go=r' : ''}`
  return [{ path: ['mode'], summary, hint }]
}
