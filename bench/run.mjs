// Side by side: ipvs-play, the OpenSSH client and Ansible do the same job on the same hosts. See README.md beside this.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { contenders } from './contenders.mjs'
import { bringUp } from './fleet.mjs'
import { measurer } from './measure.mjs'
import { comparisons, machine, table } from './report.mjs'

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
})
const hosts = Number(values.hosts)
const rounds = Number(values.rounds)
if (!(Number.isInteger(hosts) && hosts >= 2 && Number.isInteger(rounds) && rounds >= 1)) {
  console.error('usage: npm run bench -- [--hosts N (from 2)] [--rounds N] [--only name,name] [--list] [--write FILE]')
  process.exit(5)
}

const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-bench-'))
let down
const end = async () => {
  await down?.()
  rmSync(folder, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end().then(() => process.exit(130)))

try {
  mkdirSync(join(folder, 'state'))
  console.error(`bringing ${hosts} hosts up …`)
  const onStart = (ends) => {
    down = ends
  }
  const fleet = await bringUp({ folder, hosts, onStart })
  const { all, missing, converge } = await contenders(fleet, folder)
  const wanted = values.only === '' ? all : all.filter(({ name }) => values.only.split(',').includes(name))
  if (values.list) console.log(all.map(({ name, what }) => `${name}: ${what}`).join('\n'))
  else await race(wanted, missing, converge)
} finally {
  await end()
}

/** All hosts are brought to what is wished first; then every contender in turn, `rounds` times. */
async function race(running, missing, converge) {
  const measure = measurer()
  const taken = new Map(running.map(({ name }) => [name, []]))
  converge()
  for (const { warmUp, command, options } of running) if (warmUp) await measure(command, options)
  for (let round = 1; round <= rounds; round++) {
    for (const contender of running) {
      await contender.before?.()
      const result = await measure(contender.command, contender.options)
      if (result.code !== 0) throw new Error(`${contender.name} ended with ${result.code}:\n${result.output}`)
      contender.prove?.(result.output)
      taken.get(contender.name).push(result)
      console.error(`round ${round} ${contender.name}: ${result.cpu.toFixed(0)} ms CPU, ${result.wall.toFixed(0)} ms`)
    }
  }
  const text = [
    `## ${hosts} hosts`,
    '',
    machine({ rounds, counted: measure.counted }),
    '',
    table(running, taken, hosts),
    '',
    ...comparisons(taken),
    ...missing.map((what) => `- not measured: ${what}`),
    '',
  ].join('\n')
  process.stdout.write(text)
  if (values.write !== undefined) writeFileSync(values.write, text)
}
