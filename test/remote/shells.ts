import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, vi } from 'vitest'
import { createFrameReader, type Frame } from '../../src/remote/frames.ts'

// A busy machine is no reason to fail.
vi.setConfig({ testTimeout: 60_000 })

export const nonce = '5f3a9c17d2e84b60a1'
export const run = '20261124T041200Z-x7k2'

const found = (tool: string): string =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool], { encoding: 'utf8' }).stdout.trim()

/** The shells that are /bin/sh somewhere, as far as this machine has them. */
export const shells: readonly (readonly [name: string, argv: readonly string[]])[] = (
  [
    ['dash', []],
    ['bash', ['--posix']],
    ['busybox', ['sh']],
  ] as const
)
  .filter(([name]) => found(name) !== '')
  .map(([name, words]) => [name, [found(name), ...words]])

/** A directory with a /proc/sys and a runtime directory of its own, gone after the tests of the file. */
export interface Scratch {
  readonly path: string
  readonly roots: { readonly sys: string; readonly run: string }
  /** Makes a file, path relative to the scratch directory. */
  file(path: string, text: string | Uint8Array, mode?: number): string
  read(path: string): string
  /** A named pipe of its own: who opens it waits for the other end. */
  fifo(): string
}

const made: string[] = []
// Of the file, not of one group of tests: a filter that leaves a group out must leave no directory.
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

export const scratch = (): Scratch => {
  const path = mkdtempSync(join(tmpdir(), 'ipvs-play-remote-'))
  // Tests with another user must get in.
  chmodSync(path, 0o755)
  mkdirSync(join(path, 'run'))
  mkdirSync(join(path, 'sys'))
  made.push(path)
  let fifos = 0
  return {
    path,
    roots: { sys: join(path, 'sys'), run: join(path, 'run/ipvs-play') },
    file: (name, text, mode = 0o644) => {
      const full = join(path, name)
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, text)
      chmodSync(full, mode)
      return full
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    fifo: () => {
      const full = join(path, `fifo${fifos++}`)
      spawnSync('mkfifo', [full])
      return full
    },
  }
}

/** A PATH that has these tools and no others; /usr/sbin and /sbin are added by every script. */
export const onlyTools = (place: Scratch, name: string, tools: readonly string[]): string => {
  const bin = join(place.path, name)
  mkdirSync(bin)
  for (const tool of tools) {
    const path = found(tool)
    if (path.startsWith('/')) symlinkSync(path, join(bin, tool))
  }
  return bin
}

export interface Ran {
  readonly frames: readonly Frame[]
  readonly stdout: Buffer
  readonly stderr: string
  readonly status: number | null
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ran>
  /** Resolves with the first frame of this kind. */
  frame(kind: Frame['kind']): Promise<Frame>
  /** The reader of the channel is gone. */
  hangUp(): void
}

export interface Surroundings {
  readonly place?: Scratch
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly uid?: number
  /** What sshd put into SSH_CONNECTION. */
  readonly session?: string
  /** The nonce of the frames, where it is not the usual one. */
  readonly nonce?: string
}

/** Feeds a script to a shell as the transport does. */
export const start = (shell: readonly string[], script: string, around: Surroundings = {}): Running => {
  const frames: Frame[] = []
  const hopes: { kind: string; resolve(frame: Frame): void }[] = []
  const reader = createFrameReader(around.nonce ?? nonce, (frame) => {
    frames.push(frame)
    for (const hope of hopes) if (hope.kind === frame.kind) hope.resolve(frame)
  })
  const runtime = around.place === undefined ? {} : { XDG_RUNTIME_DIR: join(around.place.path, 'run') }
  const [command = 'sh', ...rest] = shell
  const child = spawn(command, [...rest, '-s', '--', around.session ?? '192.0.2.9 50000 192.0.2.1 22'], {
    env: { ...process.env, ...runtime, ...around.env },
    ...(around.place === undefined ? {} : { cwd: around.place.path }),
    ...(around.uid === undefined ? {} : { uid: around.uid, gid: around.uid }),
  })
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    reader.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(script)
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ frames, stdout: Buffer.concat(chunks), stderr, status }))
  })
  return {
    pid: child.pid ?? 0,
    ended,
    frame: (kind) => {
      const seen = frames.find((frame) => frame.kind === kind)
      return seen !== undefined ? Promise.resolve(seen) : new Promise((resolve) => hopes.push({ kind, resolve }))
    },
    hangUp: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
  }
}

export const runScript = (shell: readonly string[], script: string, around: Surroundings = {}): Promise<Ran> =>
  start(shell, script, around).ended
