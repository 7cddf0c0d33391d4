/** Commands that do by hand what a task type does safely, and what it alone foretells and keeps. */
import { command, type Suspect, suspectsIn } from '../command-lines.ts'
import type { Rule, Work } from '../rule.ts'

const anAddress = '(?<address>(?:\\d+\\.){3}\\d+|[\\da-fA-F]*:[\\da-fA-F:]+)'

const onLo: Omit<Suspect, 'pattern'> = {
  summary: 'this command puts an address on lo by hand, without a look at the ARP guards',
  hint: ({ address = '"{{ vip }}"' }) =>
    `use \`vip-on-lo: ${address}\`: it goes up behind its guards only, and \`persist\` keeps it`,
}

const vips: readonly Suspect[] = [
  {
    pattern: command('ip', '(?:\\s+-\\S+)*\\s+a[a-z]*\\s+(?:d|del|delete)\\s(?=.*\\bdev\\s+lo\\b)'),
    summary: 'this command takes an address from lo by hand, whoever still sends traffic for it',
    hint: 'use `vip-on-lo: {address: …, state: absent}`: it looks at the directors first',
  },
  {
    ...onLo,
    pattern: command(
      'ip',
      `(?:\\s+-\\S+)*\\s+a[a-z]*\\s+(?:a|add|r|replace|c|change)\\s(?=.*\\bdev\\s+lo\\b)(?:.*?\\s)??(?:${anAddress})?`,
    ),
  },
  { ...onLo, pattern: command('ifconfig', `\\s+lo(?::\\S+)?\\s+(?:inet6?\\s+)?(?:add\\s+)?${anAddress}(?=[\\s/]|$)`) },
]

const byHand = 'this command sets a kernel variable by hand'
const better = 'a check foretells it, and a second run leaves it alone'

const inFiles: Omit<Suspect, 'pattern'> = {
  summary: 'this command writes a file of sysctl by hand',
  hint: 'use `sysctl`, and `persist` behind it: set now, and at the next boot',
}

const variables: readonly Suspect[] = [
  {
    pattern: command(
      'sysctl',
      '(?:\\s+-\\S+)*\\s+["\']?(?<name>[a-z][\\w./-]*(?:\\{\\{.*?\\}\\}[\\w./-]*)?)["\']?\\s*=\\s*["\']?(?<value>[\\w.-]*)',
    ),
    summary: byHand,
    hint: ({ name, value }) => `use \`sysctl: {${name}: ${value || '…'}}\`: ${better}`,
  },
  {
    pattern: /(?:>\|?|\btee(?:\s+-\S+)*\s)\s*["']?\/proc\/sys\/(?<path>[\w./-]+(?![\w./${-]))?/,
    summary: byHand,
    hint: ({ path = '…' }) =>
      `use \`sysctl: {${path.includes('.') ? path : path.replaceAll('/', '.')}: …}\`: ${better}`,
  },
  { ...inFiles, pattern: /(?:>>?\|?|\btee(?:\s+-\S+)*\s)\s*["']?\/(?:etc|run|usr\/lib)\/sysctl\.(?:conf|d\/)/ },
  { ...inFiles, pattern: /\bsed\s(?:.*\s)?(?:-\w*i|--in-place).*\s\/etc\/sysctl\.(?:conf|d\/)/ },
]

const ofTable: Omit<Suspect, 'pattern'> = {
  summary: 'this command changes the IPVS table, and every run does it again',
  hint: 'give it a guard, so that it is done once: `unless:` with a command that succeeds when it is done',
}

const tables: readonly Suspect[] = [
  { ...ofTable, pattern: command('ipvsadm-restore') },
  {
    ...ofTable,
    pattern: command(
      'ipvsadm',
      '\\s+(?:.*?\\s)?(?:-[AEDaedR](?=[tuf]?(?:\\s|$))|--(?:add|edit|delete)-(?:service|server)\\b|--restore\\b)',
    ),
  },
]

const arpRules: readonly Suspect[] = [
  {
    pattern: command('arptables(?:-\\w+)?', '\\s+(?!(?:.*\\s)?(?:-\\w*[LSVh]|--list|--version|--help)\\b)'),
    summary: 'ARP rules keep a VIP silent by hand, and nothing here looks at them',
    hint: 'set `arp_ignore: 1` and `arp_announce: 2` with `sysctl`: `vip-on-lo` asks for these',
  },
]

const kernelModules: readonly Suspect[] = [
  {
    pattern: command(
      'modprobe',
      '(?!(?:.*\\s)?(?:-[rnRDcV]|--(?:remove|dry-run|version|show-\\w+|resolve-alias))\\b)(?:\\s+-\\S+)*\\s+(?<name>[\\w-]+)',
    ),
    summary: 'this command loads a kernel module by hand, until the next boot',
    hint: ({ name }) => `use \`modules: [${name}]\`: loaded now, and at boot`,
  },
]

const guards = ['unless', 'onlyif', 'creates', 'removes']

/** Does the task look first whether it is done? */
const hasGuard = ({ task: { args } }: Work): boolean =>
  args.kind === 'map' && args.entries.some(({ key }) => guards.includes(String(key.value)))

const ruleOf = (id: string, suspects: readonly Suspect[]): Rule => ({
  id,
  severity: 'warning',
  inWork: (work, fleet) => suspectsIn(work, fleet, suspects),
})

export const vipByHand = ruleOf('vip-by-hand', vips)
export const sysctlByHand = ruleOf('sysctl-by-hand', variables)
export const arptablesByHand = ruleOf('arptables-by-hand', arpRules)
export const modulesByHand = ruleOf('modules-by-hand', kernelModules)
export const ipvsByHand: Rule = {
  id: 'ipvs-by-hand',
  severity: 'warning',
  inWork: (work, fleet) => (hasGuard(work) ? [] : suspectsIn(work, fleet, tables)),
}
