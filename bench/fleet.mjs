// The hosts that everybody works on, reached at their own addresses, without the lab's doors on 127.0.0.1 in between.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const cli = join(import.meta.dirname, '../dist/ipvs-play.js')

/**
 * `onStart(down)` is called as soon as there is something to take down.
 * @returns what contenders need: files in `folder`, `inside(argv)` to run in the hosts' network
 */
export const bringUp = async ({ folder, hosts: count, onStart }) => {
  const lab = join(folder, 'lab')
  const args = ['lab', 'up', '--attached', '--server', 'openssh', '--dir', lab]
  const size = ['--directors', '1', '--realservers', `${count - 1}`]
  const child = spawn(process.execPath, [cli, ...args, ...size], { stdio: ['pipe', 'pipe', 'pipe'] })
  const closed = new Promise((resolve) => child.once('close', resolve))
  onStart(async () => {
    child.stdin.end()
    await closed
  })
  await upOrNot(child)
  const state = JSON.parse(readFileSync(join(lab, 'lab.json'), 'utf8'))
  const files = writeFiles(folder, lab, state.hosts)
  return {
    hosts: state.hosts,
    files,
    inside: (argv) => ['nsenter', '-t', `${state.server.pid}`, '-n', ...argv],
  }
}

const upOrNot = (child) =>
  new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text
        if (/^ {2}ipvs-play lab down\b/m.test(said)) resolve()
      })
    child.once('close', (code) => reject(new Error(`the lab did not come up (${code}): ${said}`)))
  })

const writeFiles = (folder, lab, hosts) => {
  const files = {
    inventory: join(folder, 'hosts.yml'),
    knownHosts: join(folder, 'known_hosts'),
    sshConfig: join(folder, 'ssh_config'),
    key: join(lab, 'id_ed25519'),
    names: join(folder, 'names'),
  }
  const keys = new Map(
    readFileSync(join(lab, 'known_hosts'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => [/:(\d+) /.exec(line)[1], line.slice(line.indexOf(' ') + 1)]),
  )
  writeFileSync(files.knownHosts, hosts.map(({ address, port }) => `${address} ${keys.get(`${port}`)}\n`).join(''))
  writeFileSync(files.names, hosts.map(({ address }) => `${address}\n`).join(''))
  writeFileSync(
    files.sshConfig,
    `User root
IdentityFile ${files.key}
IdentitiesOnly yes
UserKnownHostsFile ${files.knownHosts}
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
BatchMode yes
LogLevel ERROR
`,
  )
  const vip = /^ {4}vip: (\S+)$/m.exec(readFileSync(join(lab, 'inventory/hosts.yml'), 'utf8'))[1]
  writeFileSync(files.inventory, inventory(files, hosts, vip))
  return files
}

const inventory = (files, hosts, vip) => {
  const group = (name) =>
    hosts
      .filter((host) => host.group === name)
      .map((host) => `        ${host.name}: {ansible_host: ${host.address}}\n`)
      .join('')
  return `all:
  vars:
    vip: ${vip}
    ansible_user: root
    ansible_ssh_private_key_file: ${files.key}
    ansible_ssh_common_args: -o UserKnownHostsFile=${files.knownHosts} -o IdentitiesOnly=yes
  children:
    director:
      hosts:
${group('director')}    realserver:
      hosts:
${group('realserver')}`
}
