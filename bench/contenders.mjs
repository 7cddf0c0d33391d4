// Who runs, and how. Everybody works on at most 50 hosts at once.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureScript } from './capture.mjs'
import { cli } from './fleet.mjs'

const playbooks = join(import.meta.dirname, '../playbooks')
const atOnce = 50

/** The clients' own processes: one fork and exec of ssh for each host, no shell in between. */
const eachHost = `
running=0
while read -r host; do
  ssh -F "$1" $4 "$host" "$3" <"$2" >/dev/null &
  if [ $((running += 1)) -ge ${atOnce} ]; then wait -n || bad=1; fi
done <"$5"
while :; do wait -n; case $? in 0) ;; 127) break ;; *) bad=1 ;; esac; done
exit \${bad:-0}
`

/** @returns {Promise<{ all: object[], missing: string[], converge(): void }>} */
export const contenders = async (fleet, folder) => {
  const { files, inside } = fleet
  const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '', NO_COLOR: '1', SSH_AUTH_SOCK: '' }
  const run = (playbook, ...more) =>
    inside([process.execPath, cli, 'run', join(playbooks, playbook), '-i', files.inventory, ...more])
  const carryOut = (playbook) => {
    const [file, ...args] = run(playbook, '--output', 'plain', '--force-remove')
    const { status, stdout, stderr } = spawnSync(file, args, { env: { ...process.env, ...env }, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${playbook} ended with ${status}: ${stdout}${stderr}`)
  }
  const plain = { command: run('site.yml', '--output', 'plain'), options: { env } }
  const { command, script } = await captureScript({ folder, key: files.key, playbook: join(playbooks, 'site.yml') })
  const scriptFile = join(folder, 'script')
  writeFileSync(scriptFile, script)
  const ssh = (options) =>
    inside(['bash', '-c', eachHost, 'bash', files.sshConfig, scriptFile, command, options, files.names])
  const all = [
    {
      name: 'ipvs-play',
      what: '`run site.yml`, converged',
      ...plain,
      prove: (output) => {
        if (/changed=[1-9]|changed +[1-9]/.test(output)) throw new Error(`not converged:\n${output}`)
      },
    },
    {
      name: 'ssh-curve25519',
      what: 'one `ssh` a host, the same script; curve25519-sha256, aes128-gcm',
      options: { env },
    },
    {
      name: 'ssh-default',
      what: "one `ssh` a host, the same script; OpenSSH's default key exchange",
      options: { env },
    },
    { name: 'ipvs-play-first', what: '`run site.yml`, first run', ...plain, before: () => carryOut('remove.yml') },
    {
      name: 'ipvs-play-live',
      what: '`run site.yml`, converged, live list in a terminal',
      command: ['script', '-qec', run('site.yml', '--output', 'live').map(quote).join(' '), '/dev/null'],
      options: { env: { ...env, TERM: 'xterm-256color' } },
    },
  ]
  all[1].command = ssh('-o KexAlgorithms=curve25519-sha256 -o Ciphers=aes128-gcm@openssh.com')
  all[2].command = ssh('')
  const missing = []
  if (spawnSync('script', ['--version']).status !== 0) {
    missing.push('the live list: no `script` (util-linux, bsdutils) here')
    all.pop()
  }
  const ansible = ansibleContender({ folder, files, inside })
  if (typeof ansible === 'string') missing.push(ansible)
  else all.push(ansible)
  return { all, missing, converge: () => carryOut('site.yml') }
}

const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`

/** A sentence where there is none. */
const ansibleContender = ({ folder, files, inside }) => {
  if (spawnSync('ansible-playbook', ['--version']).status !== 0) return 'Ansible: not installed'
  if (spawnSync('ansible-doc', ['ansible.posix.sysctl']).status !== 0)
    return 'Ansible: without the collection ansible.posix'
  const sockets = join(folder, 'cp')
  mkdirSync(sockets)
  const configuration = join(folder, 'ansible.cfg')
  writeFileSync(configuration, '')
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'auto_silent'
  return {
    name: 'ansible',
    // its own file of values is not there yet
    warmUp: true,
    what: '`ansible-playbook`, the same job, converged; forks=50, pipelining, no facts',
    command: inside(['ansible-playbook', '-i', files.inventory, join(import.meta.dirname, 'ansible/site.yml')]),
    options: {
      env: {
        ANSIBLE_CONFIG: configuration,
        ANSIBLE_FORKS: `${atOnce}`,
        ANSIBLE_PIPELINING: 'True',
        ANSIBLE_GATHERING: 'explicit',
        ANSIBLE_HOST_KEY_CHECKING: 'True',
        ANSIBLE_PYTHON_INTERPRETER: python,
        ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
        ANSIBLE_LOCAL_TEMP: join(folder, 'ansible-tmp'),
        ANSIBLE_NOCOLOR: '1',
        ANSIBLE_RETRY_FILES_ENABLED: 'False',
        // Ansible's default arguments but for the minute that the masters stay on after the run
        ANSIBLE_SSH_ARGS: '-C -o ControlMaster=auto -o ControlPersist=5s',
        SSH_AUTH_SOCK: '',
      },
    },
  }
}
