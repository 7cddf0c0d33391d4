// Numbers as text.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

const sorted = (numbers) => [...numbers].sort((a, b) => a - b)
export const median = (numbers) => {
  const all = sorted(numbers)
  const middle = all.length >> 1
  return all.length % 2 === 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2
}
const range = (numbers, digits = 0) => `${sorted(numbers)[0].toFixed(digits)}–${sorted(numbers).at(-1).toFixed(digits)}`

export const table = (running, taken, hosts) => {
  const rows = running.map(({ name, what }) => {
    const results = taken.get(name)
    const cpu = results.map((result) => result.cpu)
    const wall = results.map((result) => result.wall / 1000)
    const memory = median(results.map((result) => result.memory)) / 2 ** 20
    return [
      `${name}: ${what}`,
      `${median(cpu).toFixed(0)} (${range(cpu)})`,
      (median(cpu) / hosts).toFixed(2),
      `${median(wall).toFixed(1)} (${range(wall, 1)})`,
      memory.toFixed(0),
    ]
  })
  const heading = ['', 'CPU ms', 'CPU ms/host', 'wall s', 'memory MiB']
  return [heading, ['---', '--:', '--:', '--:', '--:'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** The goals: against OpenSSH with the same key exchange, and against Ansible. */
export const comparisons = (taken) => {
  const cpu = (name) => taken.get(name)?.map((result) => result.cpu)
  const own = cpu('ipvs-play')
  const against = (name, label) => {
    const other = cpu(name)
    if (own === undefined || other === undefined) return []
    const ratio = median(own) / median(other)
    const rounds = own.map((value, index) => value / other[index])
    return [
      ratio > 0.1
        ? `- ipvs-play ÷ ${label}: **${ratio.toFixed(2)}** (round by round ${range(rounds, 2)})`
        : `- ${label} ÷ ipvs-play: **${(1 / ratio).toFixed(0)}**`,
    ]
  }
  return [
    ...against('ssh-curve25519', 'OpenSSH with curve25519'),
    ...against('ssh-default', 'OpenSSH with its default key exchange'),
    ...against('ansible', 'Ansible'),
  ]
}

const firstLine = (file, args) => {
  const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8' })
  return status === 0 ? (stdout || stderr).split('\n')[0].trim() : undefined
}

/** What it ran on: nothing that tells whose machine it is. */
export const machine = ({ rounds, counted }) => {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'CPU'
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  const ansible = firstLine('ansible-playbook', ['--version'])
  const versions = [`Node ${process.version}`, firstLine('ssh', ['-V']), ansible].filter(Boolean).join('; ')
  return `${new Date().toISOString().slice(0, 10)}; ${cpus().length} × ${model}; ${versions}; load at the end ${load}.
Medians of ${rounds} interleaved rounds (smallest–largest). CPU: user + system of the controller's side, whole process tree, counted by ${counted}. Memory: largest sum of resident sizes.`
}
