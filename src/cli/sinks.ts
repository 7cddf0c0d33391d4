import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { Reporter } from '../model/event.ts'
import { createJunit } from '../reporters/junit.ts'
import { createJson, createNdjson } from '../reporters/ndjson.ts'
import { createPlain } from '../reporters/plain.ts'
import { refuse } from './problems.ts'
import type { RunFiles } from './run-files.ts'
import type { RunOptions } from './run-options.ts'

/** Fewer rows than this cannot hold a live list. */
const fewestRows = 10

/** A report that could not be written at the end is a mistake now. The file is there from now on, empty. */
export const refuseUnwritable = ({ junit }: RunOptions): void => {
  if (junit === undefined) return
  try {
    closeSync(openSync(junit, 'a'))
  } catch (cause) {
    refuse(
      `the JUnit report cannot be written: ${junit} (${(cause as NodeJS.ErrnoException).code})`,
      'give --junit another file',
    )
  }
}

/** Everybody who reads this run's events: the run's own file, what is printed, JUnit. */
export const openSinks = async (options: RunOptions, files: RunFiles): Promise<readonly Reporter[]> => {
  const sinks: Reporter[] = [createNdjson(files.event), await printer(options)]
  if (options.junit !== undefined) {
    const { junit } = options
    sinks.push(createJunit((text) => writeFileSync(junit, text)))
  }
  return sinks
}

const printer = async (options: RunOptions): Promise<Reporter> => {
  const write = (text: string) => void process.stdout.write(text)
  const color = usesColor(options)
  const diff = options.diff === true
  switch (printedAs(options)) {
    case 'ndjson':
      return createNdjson(write)
    case 'json':
      return createJson(write)
    case 'live': {
      const { createLive } = await import('../reporters/live.ts')
      return createLive({ stdout: process.stdout, color, diff })
    }
    default:
      return createPlain(write, { color, diff, verbosity: options.verbose })
  }
}

const printedAs = ({ output }: RunOptions): RunOptions['output'] => {
  if (output !== 'auto') return output
  const { stdout, env } = process
  const terminal = stdout.isTTY === true && !env.CI && env.TERM !== 'dumb' && (stdout.rows ?? 24) >= fewestRows
  return terminal ? 'live' : 'plain'
}

const usesColor = ({ color }: RunOptions): boolean => {
  if (!color || process.env.NO_COLOR) return false
  if (process.env.FORCE_COLOR) return true
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb'
}
