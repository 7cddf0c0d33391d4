/** What an editor makes of `ipvs-play schema`: the real YAML language server, spoken to as editors do. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { command } from './fleet.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const server = join(
  dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
)

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
}

/** Messages of the language server protocol over a process's stdio. */
const connect = (process: ChildProcess) => {
  const listeners = new Set<(message: Message) => void>()
  let buffer = Buffer.alloc(0)
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    process.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  process.stdout?.on('data', (data: Buffer) => {
    buffer = Buffer.concat([buffer, data])
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, Math.max(0, end)).toString())?.[1])
      if (end < 0 || buffer.length < end + 4 + length) return
      const message = JSON.parse(buffer.subarray(end + 4, end + 4 + length).toString()) as Message
      buffer = buffer.subarray(end + 4 + length)
      // It asks for settings and registers for events; there is nothing to say.
      if (message.id !== undefined && message.method !== undefined)
        send({ id: message.id, result: message.method === 'workspace/configuration' ? [{}, {}, {}, {}, {}] : null })
      for (const listener of listeners) listener(message)
    }
  })
  const until = <T>(pick: (message: Message) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const listener = (message: Message): void => {
        const picked = pick(message)
        if (picked === undefined) return
        listeners.delete(listener)
        resolve(picked)
      }
      listeners.add(listener)
    })
  let last = 0
  const ask = <T>(method: string, params: object): Promise<T> => {
    const id = ++last
    const answer = until((message) =>
      message.id === id && message.method === undefined ? { result: message.result as T } : undefined,
    )
    send({ id, method, params })
    return answer.then(({ result }) => result)
  }
  return { ask, tell: (method: string, params: object) => send({ method, params }), until }
}

let folder: string
let child: ChildProcess
let editor: ReturnType<typeof connect>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipvs-play-editor-'))
  const { stdout } = await command([process.execPath, cli, 'schema'])
  writeFileSync(join(folder, 'playbook.schema.json'), stdout)
  child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'], cwd: folder })
  editor = connect(child)
  await editor.ask('initialize', {
    processId: process.pid,
    rootUri: `file://${folder}`,
    capabilities: { textDocument: { hover: {}, completion: {} } },
  })
  editor.tell('initialized', {})
})
afterAll(() => {
  child?.kill()
  rmSync(folder, { recursive: true, force: true })
})

let opened = 0

interface Found {
  readonly message: string
  readonly range: { readonly start: { readonly line: number } }
}

/** Opens a playbook that names the schema in its first line. @returns its name, and what is underlined, as `line: message` */
const open = async (text: string) => {
  const uri = `file://${folder}/play-${++opened}.yml`
  const told = editor.until(({ method, params }) => {
    const { uri: of, diagnostics } = (params ?? {}) as { uri?: string; diagnostics?: Found[] }
    return method === 'textDocument/publishDiagnostics' && of === uri ? diagnostics : undefined
  })
  const whole = `# yaml-language-server: $schema=playbook.schema.json\n${text}`
  editor.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text: whole } })
  return { uri, underlined: (await told).map(({ message, range }) => `${range.start.line + 1}: ${message}`).sort() }
}

const site = `- name: Real servers hold the VIP
  hosts: realserver
  become: yes
  serial: [1, 25%, 100%]
  tasks:
    - name: Guards
      sysctl:
        net.ipv4.conf.{{ nic }}.arp_ignore: 1
        net.ipv4.conf.all.arp_announce: "{{ announce }}"
    - vip-on-lo: "{{ vip }}"
    - persist:
`

test('a good playbook has nothing underlined', async () => {
  expect((await open(site)).underlined).toEqual([])
})

test('mistakes are underlined in their lines', async () => {
  const { underlined } = await open(site.replace('serial:', 'serail:').replace('persist:', 'persist: {state: gone}'))
  expect(underlined).toEqual([
    expect.stringMatching(/^12: .*"present", "absent"/),
    expect.stringMatching(/^5: .*serail/),
  ])
})

test('keys are completed, and explained where the pointer rests', async () => {
  const { uri } = await open(`${site}    - vip-\n`)
  const { items } = await editor.ask<{ items: readonly { label: string; documentation?: unknown }[] }>(
    'textDocument/completion',
    { textDocument: { uri }, position: { line: 12, character: 10 } },
  )
  expect(items.map(({ label }) => label)).toContain('vip-on-lo')
  const hover = await editor.ask<{ contents: { value: string } }>('textDocument/hover', {
    textDocument: { uri },
    position: { line: 4, character: 4 },
  })
  expect(hover.contents.value).toContain('the last repeats')
})
