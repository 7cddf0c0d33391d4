import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { CommandResult } from '../../src/model/task-type.ts'

/** A network of its own, with its own /sys, gone when disposed of. */
export interface Namespace {
  run(...command: readonly string[]): CommandResult
  /** A script whose failure is the test's own mistake. */
  prepare(script: string): void
  [Symbol.dispose](): void
}

export const createNamespace = async (): Promise<Namespace> => {
  const holder = spawn('unshare', ['-n', '-m', 'sh', '-c', 'mount -t sysfs sysfs /sys && echo ready && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const run = (...command: readonly string[]): CommandResult => {
    const inside = ['-t', String(holder.pid), '-n', '-m', '--', ...command]
    const { status, stdout, stderr } = spawnSync('nsenter', inside, { encoding: 'utf8' })
    return { exitCode: status ?? 255, stdout, stderr }
  }
  return {
    run,
    prepare: (script) => {
      const { exitCode, stderr } = run('sh', '-ec', script)
      if (exitCode !== 0) throw new Error(`${script}: ${stderr}`)
    },
    // The holder reads its standard input: closing that ends it, and with it the namespace.
    [Symbol.dispose]: () => {
      holder.stdin.end()
    },
  }
}
