import { Listr } from 'listr2'
import type { Reporter } from '../model/event.ts'
import { drawView } from './draw-view.ts'
import { createPaint } from './paint.ts'
import { createSummary, height } from './summary.ts'
import { newView, showEvent } from './view.ts'

/** The terminal, as far as the live list needs it. */
export interface Screen {
  readonly stdout: NodeJS.WriteStream
  readonly color: boolean
  readonly diff: boolean
}

/** Repaints a second: events only mark the view as changed. */
const framesPerSecond = 4
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** The run, a play, and what is folded below it. */
const fewestRows = 4

/** What the closing words may take, so that the list above them stays on the screen. */
const roomOf = ({ rows, columns }: NodeJS.WriteStream) => ({
  rows: (rows ?? 24) - fewestRows - 2,
  columns: columns ?? 80,
})

/**
 * One listr2 task whose title is the whole folded view: listr2 redraws its tree at every change of any task,
 * so a task per host or per row would cost more than the run itself.
 */
export const createLive = ({ stdout, color, diff }: Screen): Reporter => {
  const paint = createPaint(color)
  const summary = createSummary()
  const view = newView()
  let changed = true
  let frame = 0
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let closing: readonly string[] = []
  let asked: readonly string[] = []
  let redraw: () => void = () => {}
  const draw = (): string => {
    // At the end the closing words stand below and the prompt below them: together they shall not scroll.
    const columns = stdout.columns ?? 80
    const below = height(closing, columns) + height(asked, columns)
    // listr2 indents all lines but the first by two, and needs a line for the cursor.
    const size = { rows: Math.max(fewestRows, (stdout.rows ?? 24) - 2 - below), columns: Math.max(20, columns - 4) }
    const lines = drawView(view, size, { paint, now: Date.now(), spinner: spinner[frame % spinner.length] ?? '' })
    return [...lines, ...asked].join('\n')
  }
  const list = new Listr(
    [
      {
        title: '…',
        task: async (_, task) => {
          const repaint = () => {
            frame++
            // What runs shows its seconds: it moves also without events.
            const running = view.plays.at(-1)?.over === false
            if (changed || running) task.title = draw()
            changed = false
          }
          redraw = () => {
            task.title = draw()
          }
          const timer = setInterval(repaint, 1000 / framesPerSecond)
          const resized = () => {
            changed = true
          }
          stdout.on('resize', resized)
          await ended
          clearInterval(timer)
          stdout.off('resize', resized)
          task.title = draw()
        },
        rendererOptions: { outputBar: false },
      },
    ],
    {
      concurrent: false,
      exitOnError: false,
      // Its own handler would exit 127 before the host's rounds are over.
      registerSignalListeners: false,
      // The first line is a heading and has no mark.
      rendererOptions: {
        lazy: true,
        collapseSubtasks: false,
        formatOutput: 'truncate',
        icon: { PENDING: '', COMPLETED: '' },
      },
    },
  )
  const running = list.run()
  return {
    report: (event) => {
      showEvent(view, event, Date.now())
      summary.see(event)
      changed = true
    },
    prompt: (text) => {
      asked = text === undefined ? [] : text.split('\n')
      redraw()
    },
    finish: async () => {
      closing = summary.lines(paint, { diff, ...roomOf(stdout) })
      end()
      await running
      for (const line of closing) stdout.write(`${line}\n`)
    },
  }
}
