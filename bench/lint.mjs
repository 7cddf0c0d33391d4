// What a large project costs before any host is contacted: lint and the parts of a run that contact nobody, on the
// project of large-project.mjs. On the built dist/, or that of another checkout, in turn:
//   node bench/lint.mjs [--tasks 2000] [--hosts 5000] [--rounds 5] [--only lint] [--against OTHER/dist/ipvs-play.js]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeLargeProject } from './large-project.mjs'

const text = (fallback) => ({ type: 'string', default: fallback })
const { values } = parseArgs({
  options: { tasks: text('2000'), hosts: text('5000'), rounds: text('5'), only: text(''), against: { type: 'string' } },
})
const [tasks, hosts, rounds] = [values.tasks, values.hosts, values.rounds].map(Number)

const commands = [
  ['lint', 'site.yml'],
  ['run', 'site.yml', '--list-tasks'],
  ['run', 'site.yml', '--list-hosts'],
  ['inventory', '--list'],
].filter((command) => command.join(' ').startsWith(values.only))
const clis = [join(import.meta.dirname, '../dist/ipvs-play.js'), ...(values.against ? [values.against] : [])]

/** The process tells of itself when it ends; `main` is its main thread alone: what the clock says on an idle machine. */
const told = `import { readFileSync } from 'node:fs'
process.on('exit', () => {
  const ticks = readFileSync('/proc/thread-self/stat', 'utf8').split(') ')[1].split(' ').slice(11, 13)
  const main = ticks.reduce((sum, each) => sum + Number(each), 0) / 100
  process.stderr.write('told ' + JSON.stringify({ ...process.resourceUsage(), main }))
})`
const preload = `data:text/javascript,${encodeURIComponent(told)}`

const measure = (cli, command, cwd) => {
  const begun = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, cli, ...command], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const wall = (performance.now() - begun) / 1000
  const { userCPUTime, systemCPUTime, maxRSS, main } = JSON.parse(/told (.*)$/.exec(stderr)?.[1] ?? '{}')
  if (status !== 0 || maxRSS === undefined) throw new Error(`${command.join(' ')} ended with ${status}:\n${stderr}`)
  return { wall, main, cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
const shown = (results, name, digits) => {
  const all = results.map((result) => result[name])
  return `${median(all).toFixed(digits)} (${Math.min(...all).toFixed(digits)}–${Math.max(...all).toFixed(digits)})`
}

const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-lint-'))
try {
  writeLargeProject(folder, { tasks, hosts })
  process.stdout.write(`${tasks} tasks, ${hosts} hosts; medians of ${rounds} rounds (smallest–largest)\n\n`)
  process.stdout.write('|  | wall s | main thread s | CPU s | memory MiB |\n| --- | --: | --: | --: | --: |\n')
  for (const command of commands) {
    const results = clis.map(() => [])
    for (let round = 0; round < rounds; round++)
      for (const [index, cli] of clis.entries()) results[index].push(measure(cli, command, folder))
    for (const [index, cli] of clis.entries()) {
      const [wall, main, cpu, memory] = [
        ['wall', 2],
        ['main', 2],
        ['cpu', 2],
        ['memory', 0],
      ].map(([name, digits]) => shown(results[index], name, digits))
      const who = clis.length === 1 ? '' : `${cli} `
      process.stdout.write(`| ${who}\`${command.join(' ')}\` | ${wall} | ${main} | ${cpu} | ${memory} |\n`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
