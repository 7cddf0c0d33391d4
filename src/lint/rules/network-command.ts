import type { DocNode, Position } from '../../model/document.ts'
import { renderNode } from '../../template/render.ts'
import type { Rule, Work } from '../rule.ts'

interface Danger {
  readonly pattern: RegExp
  readonly does: string
  readonly hint: string
}

const services = '(?:networking|network|NetworkManager|systemd-networkd|wicked|dhcpcd|connman)(?:\\.service)?'
const instead = 'set what differs with `sysctl`, `vip-on-lo` and `persist`; no task needs the network restarted'

/** The words that do harm, wherever a command line has them. */
const dangers: readonly Danger[] = [
  {
    pattern: new RegExp(
      `\\bsystemctl\\b.*\\b(?:restart|try-restart|reload-or-restart|stop)\\b.*\\b${services}(?=\\s|$|[;&|])`,
    ),
    does: 'restarts or stops the network',
    hint: instead,
  },
  {
    pattern: new RegExp(
      `(?:\\bservice\\s+|/etc/init\\.d/|\\brc-service\\s+)${services}\\s+(?:restart|stop|force-reload)\\b`,
    ),
    does: 'restarts or stops the network',
    hint: instead,
  },
  { pattern: /\bnetplan\s+(?:apply|try)\b/, does: 'sets the network up anew', hint: instead },
  {
    pattern: /\bnmcli\b.*\b(?:networking\s+off|(?:con(?:nection)?|c|dev(?:ice)?|d)\s+(?:down|disconnect|reapply))\b/,
    does: 'takes an interface down',
    hint: instead,
  },
  { pattern: /\bif(?:down|reload)\b/, does: 'takes an interface down', hint: instead },
  { pattern: /\bifconfig\s+\S+\s+down\b/, does: 'takes an interface down', hint: instead },
  { pattern: /\bip\b.*\bl(?:i(?:n(?:k)?)?)?\s+set\b.*\bdown\b/, does: 'takes an interface down', hint: instead },
  {
    pattern: /\bip\b.*\ba(?:d(?:d(?:r(?:e(?:s(?:s)?)?)?)?)?)?\s+(?:flush|f)\b/,
    does: 'flushes addresses, the one that the connection uses among them',
    hint: 'remove a VIP with `vip-on-lo: {address: …, state: absent}`',
  },
  { pattern: /\bip\b.*\br(?:o(?:u(?:t(?:e)?)?)?)?\s+(?:flush|f)\b/, does: 'flushes routes', hint: instead },
  {
    pattern: /\bsysctl\s+(?:.*\s)?(?:-p|--load|--system)\b/,
    does: 'loads files over the guards',
    hint: 'set the variables with `sysctl`, keep them with `persist`',
  },
  {
    pattern: /\bipvsadm\s+(?:.*\s)?(?:-C|--clear)\b/,
    does: 'empties the IPVS table: all traffic stops',
    hint: 'change single services instead',
  },
]

const types = new Set(['command', 'shell', 'script', 'raw'])

/** The lines of a task: its whole text, or `cmd` and `argv`. */
const linesOf = ({ task, scope }: Work): readonly { readonly text: string; readonly at: Position }[] => {
  const text = (node: DocNode): string | undefined => {
    const rendered = renderNode(node, scope)
    if (rendered.kind !== 'value') return node.kind === 'scalar' ? node.source : undefined
    return Array.isArray(rendered.value) ? rendered.value.join(' ') : String(rendered.value)
  }
  const nodes =
    task.args.kind === 'map'
      ? task.args.entries
          .filter(({ key }) => ['cmd', 'argv', '_raw_params'].includes(String(key.value)))
          .map(({ value }) => value)
      : [task.args]
  return nodes.flatMap((node) => {
    const line = text(node)
    return line === undefined ? [] : [{ text: line, at: node.at }]
  })
}

/** Commands that restart networks, flush addresses or reset guards behind the runner's back. */
export const networkCommand: Rule = {
  id: 'network-command',
  severity: 'error',
  inWork: (work) => {
    if (!types.has(work.task.type.name)) return []
    return linesOf(work).flatMap(({ text, at }) => {
      const danger = dangers.find(({ pattern }) => pattern.test(text))
      return danger === undefined ? [] : [{ summary: `this command ${danger.does}`, at, hint: danger.hint }]
    })
  },
}
