import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBecomeDialog } from '../../src/transport/become-dialog.ts'

const PROMPT = 'ipvs-play-password-abc'
const BEGIN = 'ipvs-play-begin-abc'
const FROM = 'ipvs-play-from-abc'
type Said = readonly ['out' | 'err', string]

/** What would be sent, and what of the output is passed on, when sudo has started and says all this. */
const hear = (said: readonly Said[]): { moves: string[]; passed: string } => {
  const dialog = createBecomeDialog({ from: FROM, prompt: PROMPT, begin: BEGIN })
  dialog.onStderr(Buffer.from(`noise of a start-up file, even ${PROMPT}\n${FROM}`))
  const moves: string[] = []
  for (const [stream, text] of said) {
    const chunk = Buffer.from(text)
    const move = stream === 'out' ? dialog.onStdout(chunk) : dialog.onStderr(chunk)
    if (move.kind !== 'wait') moves.push(move.kind)
    if (move.kind === 'begin') return { moves, passed: move.rest.toString() }
  }
  return { moves, passed: '' }
}

describe('what is sent', () => {
  test.each<[string, Said[], string[]]>([
    ['nobody asks', [['out', BEGIN]], ['begin']],
    [
      'it asks once',
      [
        ['err', PROMPT],
        ['out', BEGIN],
      ],
      ['answer', 'begin'],
    ],
    [
      'a lecture comes first',
      [
        ['err', `We trust you have received\n\n${PROMPT}`],
        ['out', BEGIN],
      ],
      ['answer', 'begin'],
    ],
    [
      'the password is wrong',
      [
        ['err', PROMPT],
        ['err', `Sorry, try again.\n${PROMPT}`],
      ],
      ['answer', 'asked-again'],
    ],
    ['it asks twice in one breath', [['err', `${PROMPT}\n${PROMPT}`]], ['asked-again']],
    ['somebody else asks', [['err', '[sudo] password for alice: ']], []],
    ['a prompt on stdout is nobody’s', [['out', PROMPT]], []],
    ['a beginning on stderr is nobody’s', [['err', BEGIN]], []],
    [
      'another run’s marks',
      [
        ['err', 'ipvs-play-password-abd'],
        ['out', 'ipvs-play-begin-abd'],
      ],
      [],
    ],
  ])('%s', (_, said, moves) => {
    expect(hear(said).moves).toEqual(moves)
  })
})

test('output after the beginning is passed on, output before it is not', () => {
  expect(hear([['out', `noise from .bashrc\n${BEGIN}first frame`]])).toEqual({
    moves: ['begin'],
    passed: 'first frame',
  })
})

test('what is said before it starts is not its own', () => {
  const dialog = createBecomeDialog({ from: FROM, prompt: PROMPT, begin: BEGIN })
  expect(dialog.onStderr(Buffer.from(`${PROMPT} and waits`))).toEqual({ kind: 'wait' })
  expect([dialog.started(), dialog.said()]).toEqual([false, `${PROMPT} and waits`])
  expect(dialog.onStderr(Buffer.from(`${FROM}lecture\n${PROMPT}`))).toEqual({ kind: 'answer' })
  expect([dialog.started(), dialog.said()]).toEqual([true, 'lecture\n'])
})

test('it does not matter how the streams are cut into chunks', () => {
  const cuts = (text: string) =>
    fc.array(fc.nat(text.length), { maxLength: 6 }).map((at) => {
      const points = [0, ...at.sort((a, b) => a - b), text.length]
      return points.slice(1).map((end, index) => text.slice(points[index], end))
    })
  const err = `lecture ipvs-play-${PROMPT}`
  const out = `ipvs-play-begin-ipvs-play-${BEGIN}`
  fc.assert(
    fc.property(cuts(err), cuts(out), (errs, outs) => {
      const said: Said[] = [...errs.map((text): Said => ['err', text]), ...outs.map((text): Said => ['out', text])]
      expect(hear(said).moves).toEqual(['answer', 'begin'])
    }),
  )
})

describe('on a terminal, where both streams are one', () => {
  const ASKS = '\rdoas (alice@rs1) password: '
  const follow = (chunks: readonly string[]) => {
    const dialog = createBecomeDialog({ begin: BEGIN, from: FROM, prompt: /doas \([^()\r\n]*\) password: $/ })
    const moves = chunks.map((text) => dialog.onStdout(Buffer.from(text)))
    return { moves: moves.map(({ kind }) => kind).filter((kind) => kind !== 'wait'), said: dialog.said() }
  }

  test.each<[string, string[], string[]]>([
    ['nobody asks', [FROM, BEGIN], ['begin']],
    ['it asks once', [FROM, ASKS, `\n${BEGIN}`], ['answer', 'begin']],
    ['a start-up file asks in its words', [ASKS, FROM], []],
    ['a start-up file asks, and then it does', [ASKS, FROM + ASKS, BEGIN], ['answer', 'begin']],
    ['it asks again', [FROM, ASKS, `\n${ASKS}`], ['answer', 'asked-again']],
    ['it asks for something else', [FROM, 'Verification code: '], []],
    ['the words of its question are not the end of what it says', [FROM, `${ASKS}is asked for soon`], []],
    ['a beginning before it started is nobody\u2019s', [BEGIN, FROM], []],
  ])('%s', (_, chunks, moves) => {
    expect(follow(chunks).moves).toEqual(moves)
    const bytes = follow([...chunks.join('')])
    if (!chunks.some((chunk) => chunk.includes('soon'))) expect(bytes.moves).toEqual(moves)
  })

  test('what it said is known, without our question and without what came before', () => {
    expect(follow(['noise', FROM, ASKS, '\ndoas: Authentication failed\r\n']).said).toBe(
      '\r\ndoas: Authentication failed\r\n',
    )
  })

  test('a flood before it starts is not kept, and hides nothing', () => {
    const flood = 'x'.repeat(1_000_000)
    expect(follow([flood, FROM, ASKS, BEGIN]).moves).toEqual(['answer', 'begin'])
  })
})
