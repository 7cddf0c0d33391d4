// What a command costs, with all that it starts: CPU (user + system), wall, memory.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'

const v1 = '/sys/fs/cgroup/cpuacct'
const v2 = '/sys/fs/cgroup'

/**
 * A fresh control group for one command counts every process in it, also those that detach themselves, such as Ansible's
 * ControlPersist masters. Undefined where this machine lets nobody make one.
 */
const newGroup = () => {
  const legacy = existsSync(`${v1}/cpuacct.usage`)
  const group = `${legacy ? v1 : v2}/ipvs-play-bench-${process.pid}`
  try {
    mkdirSync(group)
  } catch {
    return undefined
  }
  const pids = () => readFileSync(`${group}/cgroup.procs`, 'utf8').split('\n').filter(Boolean)
  const milliseconds = legacy
    ? () => Number(readFileSync(`${group}/cpuacct.usage`, 'utf8')) / 1e6
    : () => Number(/^usage_usec (\d+)/m.exec(readFileSync(`${group}/cpu.stat`, 'utf8'))[1]) / 1e3
  return { file: `${group}/cgroup.procs`, pids, milliseconds, remove: () => rmdirSync(group) }
}

/** The sum of resident memory, in bytes. Pages that processes share count for each of them. */
const resident = (pids) => {
  let pages = 0
  for (const pid of pids) {
    try {
      pages += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    } catch {}
  }
  return pages * 4096
}

const sampleEvery = 50

/** @returns measure(argv, { cwd, env, settle }) → { code, output, cpu (ms), wall (ms), memory (bytes) } */
export const measurer = () => {
  const probe = newGroup()
  probe?.remove()
  const measure = probe === undefined ? byWaiting : byGroup
  return Object.assign(measure, {
    counted: probe === undefined ? 'getrusage of the processes waited for' : 'a control group for each command',
  })
}

const byGroup = async (argv, options = {}) => {
  const group = newGroup()
  try {
    const script = 'echo $$ > "$1"; shift; exec "$@"'
    const running = start(['/bin/sh', '-c', script, 'sh', group.file, ...argv], options, () => group.pids())
    const ended = await running
    options.settle?.()
    await emptied(group)
    return { ...ended, cpu: group.milliseconds() }
  } finally {
    group.remove()
  }
}

/** Whatever outlived the command has to go before the next one: it ends by itself, or is ended here. */
const emptied = async (group) => {
  for (let tries = 0; group.pids().length > 0; tries++) {
    if (tries > 100) for (const pid of group.pids()) process.kill(Number(pid), 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const byWaiting = async (argv, options = {}) => {
  // bash's `time` counts all descendants that were waited for
  const script = 'TIMEFORMAT="times %U %S"; time "$@"'
  const ended = await start(['bash', '-c', script, 'bash', ...argv], options, descendants)
  options.settle?.()
  const [, user, system] = /^times (\S+) (\S+)$/m.exec(ended.output)
  return { ...ended, cpu: (Number(user) + Number(system)) * 1000 }
}

const descendants = (root) => {
  const parents = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    } catch {}
  }
  const below = (pid) => pid === String(root) || (parents.has(pid) && below(parents.get(pid)))
  return [...parents.keys()].filter(below)
}

const start = ([file, ...args], { cwd, env = {} }, pids) =>
  new Promise((resolve, reject) => {
    const begun = performance.now()
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let memory = 0
    const sampling = setInterval(() => {
      memory = Math.max(memory, resident(pids(child.pid)))
    }, sampleEvery)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    let wall = 0
    child.on('exit', () => {
      wall = performance.now() - begun
      clearInterval(sampling)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output, wall, memory }))
  })
