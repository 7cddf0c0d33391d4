import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { TaskType } from '../../src/model/task-type.ts'
import service from '../../src/tasks/service.ts'
import { tellLeftOut } from '../part.ts'
import { type Host, lawful, planned, read, text } from './lawful.ts'
import { lacks } from './needs.ts'

// A real systemd is process 1 of namespaces of its own; its units lie on an /etc of its own.

const boot = `set -e
exec 3<&0 </dev/null
mount --make-rprivate /
mount -t tmpfs none /run; mount -t tmpfs none /tmp
mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd none /sys/fs/cgroup/systemd || mount -t cgroup2 none /sys/fs/cgroup
mount -t proc none /proc
mkdir /run/upper /run/work; mount -t overlay none -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
rm -rf /etc/systemd/system/*
cd /etc/systemd/system
unit() { printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\n%s\\n[Install]\\nWantedBy=multi-user.target\\n' "$2" >$1.service; }
unit steady 'ExecStart=/bin/sleep 9999
ExecReload=/bin/true'
unit once 'Type=oneshot
ExecStart=/bin/true'
unit crashing 'ExecStart=/bin/false
Restart=always
RestartSec=5'
printf '[Service]\\nExecStart=/bin/sleep 9999\\n' >bare.service
ln -s /dev/null masked.service
container=lxc exec /lib/systemd/systemd --system --unit=basic.target`

const skipped = lacks('services under a real systemd', 'root', 'unshare') || !existsSync('/lib/systemd/systemd')

const createHost = async (): Promise<Host | undefined> => {
  const spaces = ['--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc', '--net', '--cgroup']
  const holder = spawn('unshare', [...spaces, 'sh', '-c', boot], { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(holder, 'spawn')
  const init = (): string =>
    spawnSync('pgrep', ['-P', String(holder.pid)], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')[0] ?? ''
  const inside = (words: readonly string[], input = '') =>
    spawnSync('nsenter', ['-t', init(), '-m', '-p', '-n', '-i', '-u', '--', ...words], { input })
  const host: Host = {
    script: (input) => inside(['/bin/sh', '-s', '--', ''], input).stdout,
    // Process 1 of its namespace: all else there ends with it, and its parent reaps it.
    [Symbol.dispose]: () => void spawnSync('kill', ['-9', init()]),
  }
  for (let tries = 0; tries < 150; tries++) {
    if (/running|degraded/.test(String(inside(['systemctl', 'is-system-running']).stdout))) return host
    if (holder.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  host[Symbol.dispose]()
  return undefined
}

describe.skipIf(skipped)('under a real systemd', () => {
  let host: Host | undefined
  beforeAll(async () => {
    host = await createHost()
    if (host === undefined) tellLeftOut('services under a real systemd: it does not start in a namespace here')
  })
  afterAll(() => host?.[Symbol.dispose]())

  const type = service as TaskType<unknown>
  const changes: readonly Value[] = [
    { name: 'steady', state: 'started' },
    { name: 'steady', enabled: true },
    { name: 'steady.service', state: 'stopped', enabled: false },
    { name: 'bare', state: 'started' },
    { name: 'crashing', enabled: true },
  ]
  test.each(changes)('%j is brought about, proven, undone and brought about again', (input) => {
    if (host !== undefined) lawful(host, { type, input })
  })

  test('what crashes again and again does not run', () => {
    if (host === undefined) return
    text(host, 'systemctl start crashing; sleep 1')
    expect(planned({ type, input: { name: 'crashing', state: 'started' } }, host).plan.changes).toMatchObject([
      { what: 'crashing', from: 'stopped', to: 'running' },
    ])
    text(host, 'systemctl stop crashing')
  })

  const planOf = (input: Value) => {
    const parsed = type.parse(input)
    if (!parsed.ok || host === undefined) throw new Error('no plan')
    const readings = type.readings(parsed.args)
    return type.plan(parsed.args, read(host, readings), { host: 'h', groups: [], lasting: [], files: new Map() })
  }
  test.each<[Value, object]>([
    [
      { name: 'once', state: 'started' },
      { kind: 'opaque', foretold: [{ what: 'once', to: 'started' }] },
    ],
    [{ name: 'steady', state: 'restarted' }, { kind: 'opaque' }],
    [{ name: 'masked', state: 'started' }, { problem: { summary: 'masked is masked' } }],
    [{ name: 'bare', enabled: false }, { problem: { summary: expect.stringContaining('no link of its own') } }],
    [{ name: 'nowhere', state: 'started' }, { problem: { summary: 'there is no service nowhere' } }],
  ])('%j is told as it is', (input, plan) => {
    if (host !== undefined) expect(planOf(input)).toMatchObject(plan)
  })

  test('a unit file that changed is read anew, once', () => {
    if (host === undefined) return
    lawful(host, { type, input: { name: 'steady', state: 'started' } })
    expect(planOf({ name: 'steady', state: 'started', daemon_reload: true })).toMatchObject({ kind: 'changes' })
    text(host, 'sleep 1; echo "# more" >>/etc/systemd/system/steady.service')
    expect(planOf({ name: 'steady', state: 'started', daemon_reload: true })).toMatchObject({
      kind: 'opaque',
      foretold: [],
      steps: [{ command: ['systemctl', 'daemon-reload'] }],
    })
  })
})
