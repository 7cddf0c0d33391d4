import type { CommandResult } from '../model/task-type.ts'

/** How a task ended on the host. `change`, `step` and `test` count from 0; change -1 is the look at the end of the round. */
export type TaskEnd =
  | { readonly kind: 'done'; readonly results: readonly CommandResult[] } // of its run steps, in order
  | {
      readonly kind: 'failed'
      readonly change: number
      readonly step: number
      readonly result: CommandResult
      readonly timedOut: boolean
    }
  | {
      readonly kind: 'refused'
      readonly change: number
      readonly step: number
      readonly test: number
      readonly found: string
    }
  | { readonly kind: 'moved'; readonly change: number; readonly key: string; readonly found: string }
  | { readonly kind: 'did-not-take'; readonly change: number; readonly key: string; readonly found: string }
  | { readonly kind: 'broken'; readonly found: string } // an opaque step left a VIP on lo without guards

/** What a script on a host says, in the order in which it says it. */
export type Frame =
  | { readonly kind: 'read'; readonly index: number; readonly result: CommandResult }
  | { readonly kind: 'waiting' | 'locked'; readonly owner: string }
  | { readonly kind: 'begin'; readonly index: number }
  | { readonly kind: 'end'; readonly index: number; readonly end: TaskEnd }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'done' }

/** Takes the output of one script as it comes. */
export interface FrameReader {
  push(chunk: Buffer): void
  end(): void
}

/** A frame as it travels: `NONCE LETTER a b c d e LENGTH LENGTH\n`, then two payloads of that many bytes. */
interface Packet {
  readonly letter: string
  readonly numbers: readonly [number, number, number, number, number]
  readonly texts: readonly [string, string]
}

const HEADER = /^ ([A-Z]) (-?\d{1,9}) (-?\d{1,9}) (-?\d{1,9}) (-?\d{1,9}) (-?\d{1,9}) (\d{1,9}) (\d{1,9})$/
/**
 * Bytes of a frame beyond which its payloads are not kept: a script cuts what commands print at 1 MiB a stream, so that
 * only a host that lies, or a reading of ours that went wrong, says more.
 */
const MOST = 16 * 1024 * 1024
/** The same for all that one script says. What comes then is noise, and the script did not end. */
const MOST_IN_ALL = 64 * 1024 * 1024
const CUT: readonly [string, string] = ['', '(not kept: the host said more than 16 MiB at once)']
/** Nine numbers of at most nine digits and their blanks are shorter than this. */
const HEADER_LIMIT = 100
const NEWLINE = 10

/**
 * Reads frames out of what a channel brings. Everything that is not a frame of this nonce is noise and skipped;
 * payloads are skipped by length, so that a marker inside one means nothing. Chunks may be cut anywhere.
 * Text that is not UTF-8 has the replacement character in it.
 */
export const createFrameReader = (nonce: string, onFrame: (frame: Frame) => void): FrameReader => {
  const marker = Buffer.from(nonce)
  const understand = createInterpreter(onFrame)
  let spent = 0
  const interpret = (packet: Packet): void => {
    spent += HEADER_LIMIT + packet.texts[0].length + packet.texts[1].length
    if (spent <= MOST_IN_ALL) understand(packet)
  }
  let held: Buffer[] = []
  let heldBytes = 0
  let needed = 1
  /** Bytes still to come of a frame that is not kept, and what is known of it. */
  let passing: { bytes: number; readonly packet: Packet } | undefined

  const scan = (bytes: Buffer): void => {
    let from = 0
    for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, from)) {
      const packet = packetAt(bytes, at, at + marker.length)
      if (typeof packet === 'number') {
        keep(bytes, at, packet - at)
        return
      }
      if (packet !== 'noise' && packet.end > bytes.length) {
        passing = { bytes: packet.end - bytes.length, packet: packet.packet }
        keep(bytes, bytes.length, 1)
        return
      }
      if (packet !== 'noise') interpret(packet.packet)
      from = packet === 'noise' ? at + 1 : packet.end
    }
    // The beginning of a marker may be at the end.
    keep(bytes, Math.max(from, bytes.length - marker.length + 1), 1)
  }
  const keep = (bytes: Buffer, from: number, atLeast: number): void => {
    held = from < bytes.length ? [bytes.subarray(from)] : []
    heldBytes = bytes.length - from
    needed = atLeast
  }

  /** @returns what comes behind a frame that is not kept */
  const pass = (chunk: Buffer): Buffer => {
    if (passing === undefined) return chunk
    if (chunk.length < passing.bytes) {
      passing.bytes -= chunk.length
      return chunk.subarray(chunk.length)
    }
    const { bytes, packet } = passing
    passing = undefined
    interpret(packet)
    return chunk.subarray(bytes)
  }

  return {
    push(arrived) {
      const chunk = pass(arrived)
      if (chunk.length === 0) return
      held.push(chunk)
      heldBytes += chunk.length
      // A payload of megabytes comes in many chunks: they are joined once, when the last is there.
      if (heldBytes < needed) return
      scan(held.length === 1 ? chunk : Buffer.concat(held, heldBytes))
    },
    end() {
      held = []
      heldBytes = 0
      needed = 1
      passing = undefined
    },
  }
}

/** The packet whose header begins at `start`; or how far the bytes must reach before that can be told; or noise. */
const packetAt = (bytes: Buffer, at: number, start: number): { packet: Packet; end: number } | number | 'noise' => {
  const newline = bytes.subarray(start, start + HEADER_LIMIT).indexOf(NEWLINE)
  if (newline < 0) return bytes.length - start < HEADER_LIMIT ? bytes.length + 1 : 'noise'
  const header = HEADER.exec(bytes.toString('latin1', start, start + newline))
  if (header === null) return 'noise'
  const [letter = '', ...fields] = header.slice(1)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, first = 0, second = 0] = fields.map(Number)
  const body = start + newline + 1
  const end = body + first + second
  const numbers = [a, b, c, d, e] as const
  if (first + second > MOST) return { packet: { letter, numbers, texts: CUT }, end }
  if (bytes.length < end) return Math.max(end, at + 1)
  const texts = [bytes.toString('utf8', body, body + first), bytes.toString('utf8', body + first, end)] as const
  return { packet: { letter, numbers, texts }, end }
}

/** Packets to frames. Results of steps are gathered until their task ends. */
const createInterpreter = (onFrame: (frame: Frame) => void) => {
  let results: CommandResult[] = []
  return (packet: Packet): void => {
    const [index, , , exitCode] = packet.numbers
    const [first, second] = packet.texts
    const result: CommandResult = { exitCode, stdout: first, stderr: second }
    if (packet.letter === 'B') results = []
    if (packet.letter === 'S') results.push(result)
    const end = endOf(packet, result, results)
    const frame: Frame | undefined = end === undefined ? frameOf(packet, result) : { kind: 'end', index, end }
    if (frame !== undefined) onFrame(frame)
  }
}

const frameOf = ({ letter, numbers: [index], texts: [text] }: Packet, result: CommandResult): Frame | undefined => {
  switch (letter) {
    case 'R':
      return { kind: 'read', index, result }
    case 'B':
      return { kind: 'begin', index }
    case 'W':
      return { kind: 'waiting', owner: text }
    case 'L':
      return { kind: 'locked', owner: text }
    case 'N':
      return { kind: 'notice', text }
    case 'Z':
      return { kind: 'done' }
  }
  return undefined
}

const endOf = (packet: Packet, result: CommandResult, results: readonly CommandResult[]): TaskEnd | undefined => {
  const [, change, step, number, flag] = packet.numbers
  const [first, second] = packet.texts
  switch (packet.letter) {
    case 'E':
      return { kind: 'done', results }
    case 'F':
      return { kind: 'failed', change, step, result, timedOut: flag === 1 }
    case 'X':
      return { kind: 'refused', change, step, test: number, found: first }
    case 'M':
      return { kind: 'moved', change, key: first, found: second }
    case 'D':
      return { kind: 'did-not-take', change, key: first, found: second }
    case 'K':
      return { kind: 'broken', found: first }
  }
  return undefined
}
