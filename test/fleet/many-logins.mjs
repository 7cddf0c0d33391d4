// One SSH server that stands for N hosts, each a port of 127.0.0.1. Nobody gets an answer before all N have asked.
//   node many-logins.mjs N HOST_KEY
// Prints the ports as JSON; then `all here`. Ends with stdin. What is asked runs in /bin/sh.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import ssh2 from 'ssh2'

const hosts = Number(process.argv[2])
const server = new ssh2.Server({ hostKeys: [readFileSync(process.argv[3])] }, (client) => {
  client.on('error', () => {})
  client.on('authentication', (context) => context.accept())
  client.on('session', (accept) => {
    accept().on('exec', (admit, _reject, { command }) => {
      asked.push({ channel: admit(), command })
      if (asked.length !== hosts) return
      process.stdout.write('all here\n')
      for (const one of asked) void answer(one)
    })
  })
})
const asked = []

/** Hosts are asked the same under another mark: one shell answers for all. */
const answers = new Map()
const mark = /^N=(\w+)$/m

const run = (command, script) => {
  const known = answers.get(script)
  if (known !== undefined) return known
  const shell = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] })
  shell.stdin.end(script)
  const answer = (async () => {
    const chunks = []
    for await (const chunk of shell.stdout) chunks.push(chunk)
    return Buffer.concat(chunks).toString('latin1')
  })()
  answers.set(script, answer)
  return answer
}

const answer = async ({ channel, command }) => {
  const chunks = []
  channel.on('data', (chunk) => chunks.push(chunk))
  await once(channel, 'end')
  const script = Buffer.concat(chunks).toString('latin1')
  const [, own] = mark.exec(script) ?? []
  const said = await run(command, script.replaceAll(own, '0'.repeat(own.length)))
  channel.write(Buffer.from(said.replaceAll('0'.repeat(own.length), own), 'latin1'))
  channel.exit(0)
  channel.end()
}

const ports = []
for (let at = 0; at < hosts; at++) {
  const door = createServer((socket) => {
    socket.on('error', () => {})
    server.injectSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  ports.push(door.address().port)
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit()).resume()
