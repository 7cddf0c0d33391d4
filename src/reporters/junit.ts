import type { Reporter, RunEvent } from '../model/event.ts'
import type { Write } from './ndjson.ts'
import { printable } from './printable.ts'

type Finished = Extract<RunEvent, { type: 'task-finished' }>

interface Suite {
  readonly name: string
  readonly cases: string[]
  failures: number
  skipped: number
  errors: number
}

/** JUnit XML, written at the end: a testsuite per play, a testcase per task and host. */
export const createJunit = (write: Write): Reporter => {
  const suites: Suite[] = []
  let exit = 0
  let seconds = 0
  const current = (): Suite => {
    const last = suites.at(-1)
    if (last !== undefined) return last
    const first = { name: 'run', cases: [], failures: 0, skipped: 0, errors: 0 }
    suites.push(first)
    return first
  }
  return {
    report: (event) => {
      if (event.type === 'play-started')
        suites.push({ name: event.play, cases: [], failures: 0, skipped: 0, errors: 0 })
      if (event.type === 'task-finished' && event.item === undefined) addTask(current(), event)
      if (event.type === 'host-unreachable') {
        current().errors++
        current().cases.push(testcase('reach the host', event.host, 0, `<error message="${xml(event.reason)}"/>`))
      }
      if (event.type === 'run-finished') ({ exit, seconds } = event)
    },
    finish: async () => {
      const body = suites.map(showSuite).join('\n')
      write(
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ipvs-play, exit ${exit}" time="${seconds.toFixed(3)}">\n${body}\n</testsuites>\n`,
      )
    },
  }
}

const addTask = (suite: Suite, event: Finished): void => {
  const { task, host, seconds, status, reason = '' } = event
  let inner = ''
  if (status === 'failed' && !event.ignored && !event.rescued) {
    suite.failures++
    inner = `<failure message="${xml(reason)}">${xml(event.where)}</failure>`
  } else if (status === 'skipped' || status === 'not-run' || status === 'unknown') {
    suite.skipped++
    inner = `<skipped message="${xml(`${status}: ${reason}`)}"/>`
  } else if (event.differences.length > 0) {
    inner = `<system-out>${xml(`${status}\n${event.differences.map(({ what, from, to }) => `${what}: ${from} → ${to}`).join('\n')}`)}</system-out>`
  }
  suite.cases.push(testcase(task, host, seconds, inner))
}

const testcase = (task: string, host: string, seconds: number, inner: string): string =>
  `    <testcase classname="${xml(host)}" name="${xml(task)}" time="${seconds.toFixed(3)}">${inner}</testcase>`

const showSuite = ({ name, cases, failures, skipped, errors }: Suite): string =>
  `  <testsuite name="${xml(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n${cases.join('\n')}\n  </testsuite>`

/** XML text and attribute values; what XML 1.0 cannot hold is shown as an escape. */
const xml = (text: string): string =>
  printable(text)
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, '�')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
