import * as v from 'valibot'
import type { ArgumentProblem, Command, Reading } from '../model/task-type.ts'
import { unsupported } from './arguments/unsupported.ts'
import { splitWords } from './command/words.ts'
import { defineTask } from './define-task.ts'
import { type Awaited, lookOnce, lookUntil } from './wait-for/probe.ts'

const seconds = (description: string, otherwise: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description)), otherwise)
const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)))

const args = v.strictObject({
  port: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(65_535),
      v.description('A TCP port that can be reached.'),
    ),
  ),
  host: v.optional(v.pipe(v.string(), v.description('Where the port is, as seen from the host itself.')), '127.0.0.1'),
  path: text('A path that is there.'),
  search_regex: text('With `path`: an extended regular expression that a line of the file matches.'),
  url: text('A URL that answers without an error; the host needs curl or wget.'),
  command: v.optional(
    v.pipe(
      v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
      v.description('A command that only looks, without a shell, and succeeds. Check mode runs it too.'),
    ),
  ),
  state: v.optional(
    v.pipe(
      v.picklist(['started', 'present', 'stopped', 'absent', 'drained']),
      v.description(
        '`stopped` or `absent`: wait until it no longer holds. `drained`: until no connection to the port of the host is left.',
      ),
    ),
    'started',
  ),
  timeout: seconds('How long to wait.', 300),
  delay: seconds('How long to wait before the first look.', 0),
  sleep: seconds('How long to wait between two looks.', 1),
  connect_timeout: seconds('How long one look may take.', 5),
  msg: text('What to say when time is up.'),
  exclude_hosts: unsupported('every connection counts for `drained`'),
  active_connection_states: unsupported('every connection counts for `drained`'),
})
type Args = v.InferOutput<typeof args>

const aims = ['port', 'path', 'url', 'command'] as const

const isGone = ({ state }: Args): boolean => state === 'stopped' || state === 'absent'

export default defineTask({
  name: 'wait-for',
  summary: 'Waits on the host until a port, a path, a URL or a command is as wished',
  example: `- name: nginx answers
  wait-for: {port: 80, timeout: 30}

- name: The old process is gone
  wait-for: {path: /run/old.pid, state: absent}

- wait-for: {url: "http://127.0.0.1/healthz", timeout: 60}
`,
  mayBeOpaque: true,
  freeText: ['host', 'path', 'url', 'msg'],
  args,
  check: (wish) => [...aimProblems(wish), ...waitProblems(wish)],
  readings: (wish) => [holdsNow(wish)],
  plan: (wish, facts) => {
    const awaited = awaitedBy(wish)
    const { delay, timeout, connect_timeout: within, msg } = wish
    const patience = { gone: isGone(wish), delay, timeout, sleep: Math.max(1, wish.sleep) }
    return {
      kind: 'opaque',
      steps: [
        {
          kind: 'run',
          command: lookUntil(awaited, patience, msg ?? told(wish)),
          limit: delay + timeout + patience.sleep + 2 * within + 5,
        },
      ],
      because: `not yet: ${told(wish)}; a run waits for it`,
      changed: () => false,
      ...(facts.of(holdsNow(wish)) ? { foretold: [] } : {}),
    }
  },
})

const holdsNow = (wish: Args): Reading<boolean> => {
  const command = lookOnce(awaitedBy(wish), isGone(wish))
  const key = `holds:${JSON.stringify(command.slice(2))}`
  return {
    key,
    source: { key, command },
    parse: ({ exitCode }) => exitCode === 0,
    test: (value) => (value ? [{ kind: 'succeeds', command }] : []),
  }
}

const commandOf = (given: string | readonly string[]): Command => {
  if (typeof given !== 'string') return given as unknown as Command
  const split = splitWords(given)
  return split.ok ? split.words : [given]
}

const awaitedBy = (wish: Args): Awaited => {
  const { port, host, path, url, command, state, connect_timeout: within, search_regex: holds } = wish
  if (port !== undefined && state === 'drained') return { kind: 'drained', port }
  if (port !== undefined) return { kind: 'port', host, port, within: Math.max(1, within) }
  if (path !== undefined) return { kind: 'path', path, ...(holds === undefined ? {} : { holds }) }
  if (url !== undefined) return { kind: 'url', url, within: Math.max(1, within) }
  return { kind: 'command', command: commandOf(command ?? '') }
}

/** What is not so yet. */
const told = (wish: Args): string => {
  const { port, host, path, url, command, search_regex: holds, state } = wish
  const not = isGone(wish) ? 'still' : 'not'
  if (port !== undefined && state === 'drained') return `port ${port} has connections left`
  if (port !== undefined) return `port ${port} of ${host} is ${isGone(wish) ? 'still' : 'not'} open`
  if (path !== undefined && holds !== undefined) return `${path} does ${not} hold /${holds}/`
  if (path !== undefined) return `${path} is ${not} there`
  if (url !== undefined) return `${url} ${isGone(wish) ? 'still answers' : 'does not answer'}`
  return `\`${commandOf(command ?? '').join(' ')}\` ${isGone(wish) ? 'still succeeds' : 'does not succeed'}`
}

const aimProblems = (wish: Args): readonly ArgumentProblem[] => {
  const given = aims.filter((aim) => wish[aim] !== undefined)
  const [, second] = given
  if (given.length === 0) {
    const hint = 'give `port`, `path`, `url` or `command`; `pause` waits a given time'
    return [{ path: [], summary: 'names nothing to wait for', hint }]
  }
  if (second !== undefined)
    return [{ path: [second], summary: `\`${given.join('` and `')}\` are both given`, hint: 'make two tasks' }]
  return []
}

const waitProblems = ({ state, port, path, search_regex: holds, command }: Args): readonly ArgumentProblem[] => {
  const split = typeof command === 'string' ? splitWords(command) : undefined
  return [
    ...(state === 'drained' && port === undefined
      ? [{ path: ['state'], summary: '`drained` is said of a port', hint: 'name the port' }]
      : []),
    ...(holds !== undefined && path === undefined
      ? [{ path: ['search_regex'], summary: '`search_regex` looks into a `path`', hint: 'name the path' }]
      : []),
    ...(split && !split.ok ? [{ path: ['command'], ...split.problem }] : []),
  ]
}
