import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, playbooks, type RunEnded, startRun } from './fleet.ts'
import { wrongWithServer } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('the worked examples', 'root', 'ip', 'unshare')
const servers = ['rs1', 'rs2', 'rs3', 'rs4']

let fleet: Fleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ realservers: servers.length })
}, 300_000)
afterAll(() => fleet?.down())

const run = (playbook: string, ...inventories: readonly string[]): Promise<RunEnded> => {
  const sources = inventories.flatMap((path) => ['-i', path])
  const env = { XDG_STATE_HOME: join(fleet.folder, 'state'), CI: '' }
  return startRun(['run', join(playbooks, playbook), ...sources, '--output', 'ndjson'], { env, cwd: fleet.folder })
    .ended
}

const expectAll = (ended: RunEnded, hosts: readonly string[], status: string): void => {
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  for (const host of hosts) expect(new Set(ended.statuses(host)), `${host} ${ended.stdout}`).toEqual(new Set([status]))
}

/** How the lab's hosts are reached, as its own inventory has it. */
const reach = (): Record<string, string> => {
  const text = readFileSync(`${fleet.inventory}/hosts.yml`, 'utf8')
  const words = ['ansible_host', 'ansible_user', 'ansible_ssh_private_key_file', 'ansible_ssh_common_args']
  return Object.fromEntries(
    words.map((word) => [word, new RegExp(`^ +${word}: "?(.*?)"?$`, 'm').exec(text)?.[1] ?? word]),
  )
}
const portOf = (name: string) => fleet.hosts.find((host) => host.name === name)?.port ?? 0

describe.skipIf(skipped)('site.yml and remove.yml', { timeout: 300_000 }, () => {
  test('mean the same with an INI inventory as with a YAML one', async () => {
    const line = (name: string) => `${name} ansible_port=${portOf(name)}\n`
    const vars = Object.entries({ vip: '10.88.0.100', ...reach() })
    const ini = fleet.write(
      'hosts.ini',
      `[director]\n${line('lb1')}\n[realserver]\n${servers.map(line).join('')}
[all:vars]\n${vars.map(([name, value]) => `${name}=${name === 'ansible_ssh_common_args' ? `'${value}'` : value}\n`).join('')}`,
    )
    const everyone = ['lb1', ...servers]
    expectAll(await run('site.yml', ini), everyone, 'changed')
    for (const server of servers) expect((await fleet.exec(server, wrongWithServer)).stdout).toBe('')
    expectAll(await run('site.yml', fleet.inventory), everyone, 'ok')
    expectAll(await run('remove.yml', fleet.inventory), everyone, 'changed')
    expectAll(await run('remove.yml', ini), everyone, 'ok')
  })

  test('do their work with the example inventory', async () => {
    const example = join(fleet.folder, 'inventory')
    cpSync(join(playbooks, '../inventory'), example, { recursive: true })
    // The example's addresses lead nowhere: this tells the way, and nothing else.
    const names = [['d1', 'lb1'] as const, ...servers.map((server) => [server, server] as const)]
    const hosts = names.map(([name, real]) => [name, { ...reach(), ansible_port: portOf(real) }])
    const way = fleet.write('way.yml', JSON.stringify({ all: { hosts: Object.fromEntries(hosts) } }))
    const everyone = names.map(([name]) => name)
    expectAll(await run('site.yml', example, way), everyone, 'changed')
    for (const server of servers)
      expect((await fleet.exec(server, 'ip -o -4 addr show dev lo')).stdout).toContain(' 192.0.2.100/32 scope host ')
    expect((await fleet.exec('lb1', 'cat /proc/sys/net/ipv4/ip_forward')).stdout).toBe('1\n')
    expectAll(await run('site.yml', example, way), everyone, 'ok')
    expectAll(await run('remove.yml', example, way), everyone, 'changed')
    expectAll(await run('remove.yml', example, way), everyone, 'ok')
    for (const server of servers)
      expect((await fleet.exec(server, 'ip -o -4 addr show dev lo')).stdout).not.toContain('192.0.2.100')
  })
})
