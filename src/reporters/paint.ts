import picocolors from 'picocolors'
import type { Status } from '../model/event.ts'

/** Colours and symbols; a symbol always stands beside a colour. */
export type Paint = ReturnType<typeof createPaint>

export const createPaint = (color: boolean) => {
  const c = picocolors.createColors(color)
  const by: Record<Status | 'unreachable', (text: string) => string> = {
    ok: c.green,
    changed: c.yellow,
    'would-change': c.yellow,
    unknown: c.magenta,
    skipped: c.cyan,
    failed: c.red,
    'not-run': c.dim,
    unreachable: c.red,
  }
  return { ...c, status: (status: Status | 'unreachable', text: string = status) => by[status](text) }
}

export const symbols: Record<Status | 'unreachable', string> = {
  ok: '✔',
  changed: '±',
  'would-change': '±',
  unknown: '?',
  skipped: '○',
  failed: '✖',
  'not-run': '·',
  unreachable: '✖',
}
