import { expect, test } from 'vitest'
import { warnOfSameMachines } from '../../src/cli/same-machines.ts'
import { parseInventory } from '../../src/documents/inventory-format.ts'
import { resolveInventory } from '../../src/inventory/resolve.ts'

const warnings = async (...hosts: readonly string[]) => {
  const { value } = parseInventory(`[all]\n${hosts.join('\n')}\n`, 'hosts.ini')
  const { value: inventory } = resolveInventory([value], () => ({ inventory: [], playbook: [] }))
  return (await warnOfSameMachines(inventory)).map(({ severity, summary }) => [severity, summary])
}

test.each([
  [
    'two names of one address',
    ['a ansible_host=192.0.2.1 ansible_user=ops', 'b ansible_host=192.0.2.1 ansible_user=ops'],
  ],
  ['a name and the address that it has', ['192.0.2.1 ansible_user=ops', 'b ansible_host=192.0.2.1 ansible_user=ops']],
  [
    'addresses that are worked out',
    ['a ansible_host=192.0.2.1 ansible_user=ops', 'b ansible_host="{{ hostvars.a.ansible_host }}" ansible_user=ops'],
  ],
])('warns of %s', async (_, hosts) => {
  const found = await warnings(...hosts)
  expect(found).toEqual([['warning', expect.stringContaining('ops@192.0.2.1:22')]])
})

test.each([
  ['other addresses', ['a', 'b']],
  ['other ports', ['a ansible_host=192.0.2.1', 'b ansible_host=192.0.2.1 ansible_port=2222']],
  ['other users', ['a ansible_host=192.0.2.1 ansible_user=one', 'b ansible_host=192.0.2.1 ansible_user=two']],
  [
    'hosts that are this machine',
    ['a ansible_host=::1 ansible_connection=local', 'b ansible_host=::1 ansible_connection=local'],
  ],
  ['addresses that nobody knows', ['a ansible_host="{{ x }}"', 'b ansible_host="{{ x }}"']],
])('%s are no concern', async (_, hosts) => {
  expect(await warnings(...hosts)).toEqual([])
})
