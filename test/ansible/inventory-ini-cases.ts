import type { InventoryCase } from './inventory-case.ts'

const ini = (name: string, hosts: string, differs?: InventoryCase['differs']): InventoryCase => ({
  name: `ini-${name}`,
  files: { hosts },
  ...(differs && { differs }),
})

/** Ansible's INI dialect. */
export const iniCases: readonly InventoryCase[] = [
  ini('plain', 'lone\n[web]\nw1\nw2\n[db]\nd1\nw1\n'),
  ini('ranges', '[rs]\nrs[01:20:2]\ndb[a:f].example\n[1:3]x[8:10]\nq[:2]\n'),
  ini(
    'typing',
    "h a=1 b=1.5 c=True d=yes e=0644 f=0x10 g=None h=[1,2] i='{\"a\":1}' j=80,443 k='' l=-5 m=1_000 n=1e3\n",
  ),
]
