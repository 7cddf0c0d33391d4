import { expect, test } from 'vitest'
import { hintForMissing } from '../../src/template/missing-variable.ts'

test.each([
  ['ansible_default_ipv4', /no facts are gathered/],
  ['ansible_hostname', /no facts are gathered/],
  ['ansible_facts', /facts\.addresses/],
  ['ansible_managed', /write the remark itself/],
  ['ansible_prot', /did you mean ansible_port\?/],
  ['item', /`loop:`/],
  ['later', /only a later task gives it/],
  ['a', /--extra-vars/],
])('%s', (name, hint) => {
  expect(hintForMissing(name, ['ansible_host', 'ansible_port', 'later', 'b'])).toMatch(hint)
})
