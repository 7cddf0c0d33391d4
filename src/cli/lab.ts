/** `ipvs-play lab …`: the embedded fleet. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { UpLab } from '../lab/up.ts'
import { plural } from '../reporters/printable.ts'
import { shellWord } from './shell-word.ts'

/** Exit codes: 0 done, 1 this machine or this lab cannot, 5 a bad option or name; `exec` passes on the command's own. */
export const labCommand = (): Command => {
  const lab = new Command('lab').description(
    'an embedded fleet: hosts made of Linux namespaces, each with its own SSH server',
  )
  // `lab exec HOST CMD --option`: the option is the command's, not ours.
  lab.enablePositionalOptions()
  const at = (): Option =>
    new Option('--dir <dir>', 'where the lab lives').default(defaultDirectory(), '$XDG_STATE_HOME/ipvs-play/lab')
  lab
    .command('up')
    .description('bring a fleet up and write an inventory for it')
    .option('--directors <n>', 'how many directors', '1')
    .option('--realservers <n>', 'how many real servers', '4')
    .addOption(at())
    .addOption(
      new Option('--server <kind>', "who speaks SSH: OpenSSH's sshd where it is installed, or the embedded server")
        .choices(['auto', 'openssh', 'embedded'])
        .default('auto'),
    )
    .option(
      '--sshd-option <line>',
      "a line for the hosts' sshd_config (repeatable)",
      (line, all: string[]) => [...all, line],
      [],
    )
    .option('--attached', 'stay in the foreground; the lab ends with stdin, Ctrl-C, or this process')
    .addHelpText('after', examples)
    .action((options: UpOptions) => reportingProblems(() => up(options)))
  lab
    .command('down')
    .description('end the fleet and remove what `lab up` made')
    .addOption(at())
    .action((options: At) => reportingProblems(() => down(options)))
  lab
    .command('status')
    .description('the hosts: address, SSH port, PID, uptime, VIPs on lo')
    .addOption(at())
    .action((options: At) => reportingProblems(() => status(options)))
  lab
    .command('exec')
    .description('run a command inside a host (none: a shell)')
    .argument('<host>')
    .argument('[command...]')
    .passThroughOptions()
    .addOption(at())
    .action((host: string, command: string[], options: At) => reportingProblems(() => exec(host, command, options)))
  lab
    .command('reboot')
    .description('pull the plug of a host and let it come back from what is on its disk')
    .argument('<host>')
    .addOption(at())
    .action((host: string, options: At) => reportingProblems(() => reboot(host, options)))
  lab
    .command('serve', { hidden: true })
    .argument('<dir>')
    .action(async () => (await import('../lab/serve.ts')).serveLab())
  for (const command of lab.commands) command.exitOverride()
  return lab
}

const examples = `
Examples:
  ipvs-play lab up                               1 director and 4 real servers
  ipvs-play lab up --directors 2 --realservers 50
  ipvs-play lab exec rs1 -- ip address show dev lo
  ipvs-play lab reboot rs1
  ipvs-play lab down`

interface At {
  readonly dir: string
}
interface UpOptions extends At {
  readonly directors: string
  readonly realservers: string
  readonly server: 'auto' | 'openssh' | 'embedded'
  readonly sshdOption: readonly string[]
  readonly attached?: true
}

const defaultDirectory = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'ipvs-play/lab')

/** A command of the lab as a user types it for this directory; `--dir` stands before a host, else `exec` passes it on. */
const labLine = (verb: string, directory: string, rest = ''): string =>
  [
    `ipvs-play lab ${verb}`,
    ...(directory === resolve(defaultDirectory()) ? [] : [`--dir ${shellWord(directory)}`]),
    ...(rest === '' ? [] : [rest]),
  ].join(' ')

const noLab = (directory: string): string => `no lab is up in ${directory}; \`${labLine('up', directory)}\` makes one`

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const refuse = (exitCode: number, problem: string): void => {
  process.stderr.write(`ipvs-play lab: ${problem}\n`)
  process.exitCode = exitCode
}

const reportingProblems = async (work: () => Promise<void>): Promise<void> => {
  const { LabProblem } = await import('../lab/run-command.ts')
  try {
    await work()
  } catch (error) {
    if (!(error instanceof LabProblem)) throw error
    refuse(1, error.message)
  }
}

const up = async (options: UpOptions): Promise<void> => {
  const { mostHosts } = await import('../lab/fleet.ts')
  const directors = wholeNumber(options.directors)
  const realservers = wholeNumber(options.realservers)
  if (directors === undefined) return refuse(5, `--directors ${options.directors} is not a number of hosts`)
  if (realservers === undefined) return refuse(5, `--realservers ${options.realservers} is not a number of hosts`)
  const total = directors + realservers
  if (total < 1 || total > mostHosts) return refuse(5, `a lab has 1 to ${mostHosts} hosts, not ${total}`)
  const { bringLabUp } = await import('../lab/up.ts')
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  const directory = resolve(options.dir)
  const lab = await bringLabUp(
    { ...options, directory, directors, realservers, sshdOptions: options.sshdOption },
    stop.signal,
  )
  say(await greeting(lab, directory))
  if (options.attached && !lab.found) return stay(directory, stop.signal)
  await lab.keep()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal)
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,4}$/.test(text) ? Number(text) : undefined)

/** Until stdin ends or a signal comes; then the lab goes too. */
const stay = async (directory: string, signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve) => {
    process.stdin.on('end', resolve).on('error', resolve).on('close', resolve).resume()
    signal.addEventListener('abort', () => resolve())
    if (signal.aborted) resolve()
  })
  process.stdin.destroy()
  const { takeLabDown } = await import('../lab/down.ts')
  await takeLabDown(directory)
}

const greeting = async ({ state, found }: UpLab, directory: string): Promise<string> => {
  const { labPaths } = await import('../lab/files.ts')
  const paths = labPaths(directory)
  const count = (group: string): number => state.hosts.filter((host) => host.group === group).length
  const fleet = `${plural(count('director'), 'director')} and ${plural(count('realserver'), 'real server')}`
  const server = state.ssh === 'openssh' ? "OpenSSH's sshd on each" : 'the embedded SSH server'
  const first = state.hosts.find((host) => host.group === 'realserver') ?? state.hosts[0]
  return `${found ? 'already up' : 'up'}: ${fleet}, with ${server}

  inventory    ${paths.inventory}
  known_hosts  ${paths.knownHosts}
  key          ${paths.privateKey}
  log          ${paths.log}

try next:
  ipvs-play run -i ${shellWord(paths.inventoryDirectory)} --check site.yml
  ${labLine('exec', directory, `${first?.name} -- ip address show dev lo`)}
  ssh -F ${shellWord(paths.sshConfig)} ${first?.name}
  nsenter -t ${state.server.pid} -n ip neighbour     the switch's own network
  ${labLine('down', directory)}`
}

const down = async (options: At): Promise<void> => {
  const { takeLabDown } = await import('../lab/down.ts')
  const directory = resolve(options.dir)
  say((await takeLabDown(directory)) ? `down: nothing of the lab in ${directory} is left` : `no lab in ${directory}`)
}

const status = async (options: At): Promise<void> => {
  const { addressesOnLo, findLab } = await import('../lab/inside.ts')
  const directory = resolve(options.dir)
  const lab = findLab(directory)
  if (lab === undefined) return refuse(1, noLab(directory))
  const { statusText } = await import('../lab/status.ts')
  say(statusText(lab, await addressesOnLo(lab.hosts), new Date()))
}

/** The lab and the host, or a word about what is not there and exit code 5. */
const lookUp = async (name: string, options: At) => {
  const { findHost, findLab } = await import('../lab/inside.ts')
  const directory = resolve(options.dir)
  const lab = findLab(directory)
  if (lab === undefined) {
    refuse(5, noLab(directory))
    return undefined
  }
  const found = findHost(lab, name)
  if (found.kind === 'found') return found.host
  refuse(5, found.problem)
  return undefined
}

const exec = async (name: string, command: readonly string[], options: At): Promise<void> => {
  const host = await lookUp(name, options)
  if (host === undefined) return
  const { executeInside } = await import('../lab/inside.ts')
  // With options passed through, the first `--` is passed through too.
  process.exitCode = await executeInside(host, command[0] === '--' ? command.slice(1) : command)
}

const reboot = async (name: string, options: At): Promise<void> => {
  const host = await lookUp(name, options)
  if (host === undefined) return
  const { rebootHost } = await import('../lab/inside.ts')
  const { awaitBanner } = await import('../lab/banner.ts')
  await rebootHost(resolve(options.dir), host.name)
  await awaitBanner(host.port, host.name, new AbortController().signal)
  say(`${host.name} is up again`)
}
