import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { inventoryText, knownHostsText, labPaths, sshConfigText } from '../../src/lab/files.ts'
import { planFleet } from '../../src/lab/fleet.ts'

const hosts = planFleet({ directors: 1, realservers: 2 }).map((host, index) => ({
  ...host,
  port: 40_001 + index,
  hostKey: `ssh-ed25519 KEY${index}`,
}))

test('the inventory has both groups, the VIP, and how to log in', () => {
  const { all } = parse(inventoryText(labPaths('/var/lab'), hosts))
  expect(all.vars).toEqual({
    vip: '10.88.0.100',
    ansible_host: '127.0.0.1',
    ansible_user: 'root',
    ansible_ssh_private_key_file: '/var/lab/id_ed25519',
    ansible_ssh_common_args: '-o UserKnownHostsFile=/var/lab/known_hosts -o IdentitiesOnly=yes',
  })
  expect(all.children).toEqual({
    director: { hosts: { lb1: { ansible_port: 40_001 } } },
    realserver: { hosts: { rs1: { ansible_port: 40_002 }, rs2: { ansible_port: 40_003 } } },
  })
})

test('a group without hosts is still a group', () => {
  const { all } = parse(inventoryText(labPaths('/var/lab'), hosts.slice(1)))
  expect(all.children.director).toEqual({})
})

test('a path with blanks is quoted twice: for the words of the arguments, and for OpenSSH', () => {
  const { all } = parse(inventoryText(labPaths('/var/my lab'), hosts))
  expect(all.vars.ansible_ssh_common_args).toBe(
    `-o UserKnownHostsFile='"/var/my lab/known_hosts"' -o IdentitiesOnly=yes`,
  )
})

test('known_hosts names each port', () => {
  expect(knownHostsText(hosts)).toBe(
    '[127.0.0.1]:40001 ssh-ed25519 KEY0\n[127.0.0.1]:40002 ssh-ed25519 KEY1\n[127.0.0.1]:40003 ssh-ed25519 KEY2\n',
  )
})

test('ssh_config leads to each host by its name', () => {
  const text = sshConfigText(labPaths('/var/lab'), hosts)
  expect(text).toContain('Host rs2\n  Port 40003\n')
  expect(text).toContain('StrictHostKeyChecking yes')
})
