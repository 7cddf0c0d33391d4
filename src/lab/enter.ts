/** How a command gets into a host. */

/** Capabilities that would reach out of the namespaces: kernel modules, the clock, raw I/O. */
const withheld = '--bounding-set=-sys_module,-sys_rawio,-sys_time'

/** argv in front of a command that shall run inside the host whose init has this PID. Its cwd is `/`. */
export const enterHost = (pid: number): readonly [string, ...string[]] => [
  'setpriv',
  withheld,
  'nsenter',
  `--target=${pid}`,
  '--mount',
  '--uts',
  '--net',
  '--pid',
  '--',
]

/** argv in front of the init of a new host: own namespaces, and no life after its parent's. */
export const newHost: readonly [string, ...string[]] = [
  'setpriv',
  '--pdeathsig=KILL',
  withheld,
  'unshare',
  '--net',
  '--mount',
  '--uts',
  '--pid',
  '--fork',
  '--kill-child=KILL',
  '--',
]

/** argv in front of the server. Slave, not private: what the machine unmounts is not held by the lab. */
export const newSwitch: readonly [string, ...string[]] = [
  'unshare',
  '--net',
  '--mount',
  '--uts',
  '--propagation=slave',
  '--',
]

/** Environment of a login as root, as sshd sets it without PAM. */
export const loginEnvironment = (): Record<string, string> => ({
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/sh',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
})
