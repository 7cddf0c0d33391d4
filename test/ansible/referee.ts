import { spawn } from 'node:child_process'
import { type Debian13, needsOfDebian13, prepareDebian13 } from '../debian13.ts'

/** One command line to real Ansible, run in a directory of the case's folder. */
export interface Question {
  readonly argv: readonly ['ansible' | 'ansible-doc' | 'ansible-inventory' | 'ansible-playbook', ...string[]]
  /** Below the folder, which is `/case` there; the folder itself if not given. */
  readonly cwd?: string
}

export interface Ruling {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What must be here to ask real Ansible, as `lacks` names it. */
export const needsOfReferee = needsOfDebian13

const debian: Debian13 = {
  name: 'ansible-trixie',
  packages: 'ansible-core,python3-netaddr,python3-jmespath,openssh-client',
  folders: ['case', 'referee'],
}

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  PYTHONDONTWRITEBYTECODE: '1',
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_LOCALHOST_WARNING: '0',
  ANSIBLE_RETRY_FILES_ENABLED: '0',
}

/** Makes Debian 13 with ansible-core 2.19 once. */
export const prepareReferee = (): string => prepareDebian13(debian)

/** Mounts lie in a namespace of their own and go with the process. */
const inside = `set -e
root=$1 case=$2 self=$3
shift 3
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$case" "$root/case"
mount --bind "$self" "$root/referee"
exec chroot "$root" "$@"`

/**
 * Puts questions to real ansible-core 2.19, in order; one ruling each. All run in one process that has loaded Ansible
 * once and forks for each: a fifth of a second a question instead of one. The network is this machine's.
 * @param folder  seen as /case
 * @param more  environment of Ansible, such as ANSIBLE_JINJA2_NATIVE
 */
export const askAnsible = (
  folder: string,
  questions: readonly Question[],
  more: Readonly<Record<string, string>> = {},
): Promise<readonly Ruling[]> =>
  new Promise((resolve, reject) => {
    const root = prepareReferee()
    const way = ['--mount', '--pid', '--fork', '--kill-child', '--', 'sh', '-c', inside, 'sh']
    const command = ['python3', '/referee/ask_all.py']
    const child = spawn('unshare', [...way, root, folder, import.meta.dirname, ...command], {
      env: { ...environment, ...more },
      stdio: 'pipe',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(stdout))
      else reject(new Error(`Ansible could not be asked (${code}): ${stderr}${stdout}`))
    })
    child.stdin.on('error', () => {}).end(JSON.stringify(questions))
  })
