import { Listr } from 'listr2'
import type { Reporter } from '../model/event.ts'
import { createPaint } from './paint.ts'
import { createSummary } from './summary.ts'
import { drawView, newView, showEvent } from './view.ts'

/** The terminal, as far as the live list needs it. */
export interface Screen {
  readonly stdout: NodeJS.WriteStream
  readonly color: boolean
  readonly diff: boolean
}

/** Repaints a second: events only mark the view as changed. */
const framesPerSecond = 4
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

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
  const draw = (): string => {
    // listr2 writes its own mark before the first line and needs room for the cursor's line.
    const size = { rows: Math.max(4, (stdout.rows ?? 24) - 3), columns: Math.max(20, (stdout.columns ?? 80) - 6) }
    const lines = drawView(view, size, { paint, now: Date.now(), spinner: spinner[frame % spinner.length] ?? '' })
    return lines.join('\n')
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
      rendererOptions: { lazy: true, collapseSubtasks: false, formatOutput: 'truncate' },
    },
  )
  const running = list.run()
  return {
    report: (event) => {
      showEvent(view, event, Date.now())
      summary.see(event)
      changed = true
    },
    finish: async () => {
      end()
      await running
      for (const line of summary.lines(paint, { diff })) stdout.write(`${line}\n`)
    },
  }
}
