/** The hosts' disks: overlays on a tmpfs that only the server's mount namespace has. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { initScript, labEtc } from './boot-script.ts'
import type { LabHost } from './fleet.ts'
import { must } from './run-command.ts'

/** An overlay lies over one file system only, so each mount of the machine that holds programs needs its own. */
export interface Layer {
  readonly id: string
  readonly path: string
}

const holdsPrograms = /^\/(usr|bin|sbin|lib|lib32|lib64|etc|opt|var|nix|gnu)(\/[^/]+)?$/
const pseudo = /^(autofs|proc|sysfs|devpts|devtmpfs|cgroup2?|mqueue|nsfs|fuse\..*)$/

/** @param mountinfo text of /proc/self/mountinfo */
export const layersOf = (mountinfo: string): readonly Layer[] => {
  const paths = new Set<string>()
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const path = before.split(' ')[4] ?? ''
    // Docker mounts single files over /etc/hosts and the like; escaped names hold blanks.
    const isFile = (before.split(' ')[3] ?? '/') !== '/' && /^\/etc\//.test(path)
    if (holdsPrograms.test(path) && !isFile && !pseudo.test(after.split(' ')[0] ?? '')) paths.add(path)
  }
  return [
    { id: 'root', path: '/' },
    ...[...paths].sort().map((path) => ({ id: path.slice(1).replaceAll('/', '-'), path })),
  ]
}

/** Traces of ipvs-play on the machine itself, which the lab's hosts must not start from. */
const ours = [
  'etc/sysctl.d/99-zz-ipvs-play.conf',
  'etc/modules-load.d/ipvs-play.conf',
  'etc/ipvs-play',
  'etc/systemd/system/ipvs-play.service',
  'etc/systemd/system/multi-user.target.wants/ipvs-play.service',
  'etc/systemd/system/ipvs-play-online.service',
  'etc/systemd/system/multi-user.target.wants/ipvs-play-online.service',
  'etc/init.d/ipvs-play',
  'etc/init.d/ipvs-play-online',
  'etc/runlevels/boot/ipvs-play',
  'etc/runlevels/default/ipvs-play-online',
  'var/lib/ipvs-play',
]

/** Mounts the tmpfs and makes `common/`, what all hosts' disks have over the machine's own files. Needs a private mount namespace. */
export const makeDisks = async (
  disks: string,
  files: { readonly hosts: readonly LabHost[]; readonly clientKey: string; readonly sshdOptions: readonly string[] },
): Promise<readonly Layer[]> => {
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=0755,size=75%,nr_inodes=0', 'ipvs-play-lab', disks])
  const layers = layersOf(readFileSync('/proc/self/mountinfo', 'utf8'))
  for (const { id } of layers)
    for (const part of ['common', 'work']) mkdirSync(join(disks, part, id), { recursive: true })
  const root = join(disks, 'root')
  mkdirSync(root)
  // A whiteout, for an empty /root: the operator's home is not the host's.
  await must(['mknod', join(disks, 'common/root/root'), 'c', '0', '0'])
  for (const { id, path } of layers)
    await must(
      [
        'mount',
        '-t',
        'overlay',
        'overlay',
        '-o',
        `lowerdir=${path},upperdir=common/${id},workdir=work/${id}`,
        join(root, path),
      ],
      { cwd: disks },
    )
  await must(['/bin/sh', '-c', furnish], { cwd: root })
  writeCommonFiles(root, files)
  await must(['umount', '-R', root])
  for (const part of ['work', 'root']) rmSync(join(disks, part), { recursive: true })
  writeFileSync(join(disks, 'init'), initScript())
  return layers
}

const furnish = `set -e
rm -rf ${ours.join(' ')}
mkdir -p root proc sys run tmp dev dev/pts dev/shm var/log
chmod 0700 root
chmod 1777 tmp dev/shm
for node in null zero full random urandom tty; do cp -a --remove-destination /dev/$node dev/; done
ln -sfn /proc/self/fd dev/fd
ln -sfn /proc/self/fd/0 dev/stdin
ln -sfn /proc/self/fd/1 dev/stdout
ln -sfn /proc/self/fd/2 dev/stderr
ln -sfn pts/ptmx dev/ptmx
`

const writeCommonFiles = (
  root: string,
  files: { readonly hosts: readonly LabHost[]; readonly clientKey: string; readonly sshdOptions: readonly string[] },
): void => {
  const put = (path: string, content: string, mode = 0o644): void => {
    rmSync(join(root, path), { force: true, recursive: true })
    writeFileSync(join(root, path), content, { mode })
  }
  mkdirSync(join(root, labEtc), { recursive: true })
  put(`${labEtc}/authorized_keys`, `${files.clientKey}\n`)
  put(`${labEtc}/sshd_config`, sshdConfig(files.sshdOptions))
  put('etc/hosts', hostsFile(files.hosts))
  // Where a machine has no systemd, \`persist\` shall still find it installed: the lab's boot follows its units.
  if (!existsSync(join(root, 'usr/lib/systemd/systemd'))) {
    mkdirSync(join(root, 'usr/lib/systemd'), { recursive: true })
    put('usr/lib/systemd/systemd', '', 0o755)
  }
  const passwd = readFileSync(join(root, 'etc/passwd'), 'utf8')
  if (!/^sshd:/m.test(passwd))
    put('etc/passwd', `${passwd.trimEnd()}\nsshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`)
  // Without PAM, sshd refuses an account whose password field begins with an exclamation mark, key or not.
  const shadow = join(root, 'etc/shadow')
  if (existsSync(shadow)) put('etc/shadow', readFileSync(shadow, 'utf8').replace(/^root:![^:]*:/m, 'root:*:'), 0o600)
}

const hostsFile = (hosts: readonly LabHost[]): string =>
  `127.0.0.1 localhost\n::1 localhost\n${hosts.map((host) => `${host.address} ${host.name}\n${host.address6} ${host.name}\n`).join('')}`

/** sshd takes the first value of an option, so the caller's come first. */
export const sshdConfig = (options: readonly string[]): string =>
  [
    ...options,
    'Port 22',
    `HostKey ${labEtc}/host_key`,
    `AuthorizedKeysFile ${labEtc}/authorized_keys .ssh/authorized_keys`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'PrintMotd no',
    '',
  ].join('\n')

/** Makes an empty disk for a new host; what is on it lasts until the lab ends. */
export const makeDisk = (
  disks: string,
  layers: readonly Layer[],
  host: { readonly name: string; readonly privateKey: string },
): void => {
  const disk = join(disks, host.name)
  for (const { id } of layers)
    for (const part of ['upper', 'work']) mkdirSync(join(disk, part, id), { recursive: true })
  mkdirSync(join(disk, 'root'))
  const etc = layers.find((layer) => layer.path === '/etc')
  const top = etc === undefined ? join(disk, 'upper/root/etc') : join(disk, 'upper', etc.id)
  mkdirSync(join(top, labEtc.slice('/etc/'.length)), { recursive: true })
  writeFileSync(join(top, 'hostname'), `${host.name}\n`)
  writeFileSync(join(top, labEtc.slice('/etc/'.length), 'host_key'), host.privateKey, { mode: 0o600 })
}
