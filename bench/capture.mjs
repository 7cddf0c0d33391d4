// What ipvs-play sends to a converged host: an SSH server that keeps the script and runs nothing.
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { cli } from './fleet.mjs'

/** @returns {Promise<{ command: string, script: Buffer }>} the command line of the channel and what came on its stdin */
export const captureScript = async ({ folder, key, playbook }) => {
  const hostKey = ssh2.utils.parseKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
  )
  let captured
  const server = new ssh2.Server({ hostKeys: [hostKey.getPrivatePEM()] }, (client) => {
    client.on('error', () => {})
    client.on('authentication', (context) => context.accept())
    client.on('session', (accept) =>
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec()
        const chunks = []
        channel.on('data', (chunk) => chunks.push(chunk))
        channel.on('end', () => {
          captured ??= { command, script: Buffer.concat(chunks) }
          channel.exit(1)
          channel.end()
        })
      }),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const [known, inventory] = [join(folder, 'capture-known'), join(folder, 'capture.yml')]
  writeFileSync(known, `[127.0.0.1]:${port} ssh-rsa ${hostKey.getPublicSSH().toString('base64')}\n`)
  writeFileSync(
    inventory,
    `realserver:
  hosts:
    rs1:
      ansible_host: 127.0.0.1
      ansible_port: ${port}
      ansible_user: root
      ansible_ssh_private_key_file: ${key}
      ansible_ssh_common_args: -o UserKnownHostsFile=${known} -o IdentitiesOnly=yes
      vip: 10.88.0.100
director: {}
`,
  )
  const args = [cli, 'run', playbook, '-i', inventory, '-l', 'rs1', '--allow-empty', '--output', 'plain']
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  await new Promise((resolve) => child.once('close', resolve))
  server.close()
  if (captured === undefined) throw new Error(`no script came: ${output}`)
  return captured
}
