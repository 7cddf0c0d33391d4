/** The files of a starter project: the worked examples that come with ipvs-play, and a page that tells the way. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const copies: readonly (readonly [from: string, to: string])[] = [
  ['inventory/hosts.yml', 'inventory/hosts.yml'],
  ['inventory/group_vars/all.yml', 'inventory/group_vars/all.yml'],
  ['playbooks/site.yml', 'site.yml'],
  ['playbooks/remove.yml', 'remove.yml'],
]

const readme = `# A fleet for IPVS Direct Routing

- \`inventory/hosts.yml\`: the machines. Put your own in place of the examples.
- \`inventory/group_vars/all.yml\`: the virtual address, \`vip\`.
- \`site.yml\`: from nothing to ready. \`remove.yml\` takes it back.

Try it on an embedded fleet first; this needs root and touches none of your machines:

    ipvs-play lab up                  1 director and 4 real servers; it prints where their inventory is
    ipvs-play run site.yml -i LAB     LAB is that path
    ipvs-play lab down

Then on your own:

    ipvs-play lint site.yml           every mistake that can be found without a host
    ipvs-play run site.yml --check -D what would change; nothing is written
    ipvs-play run site.yml            do it

For completion and hints in an editor that speaks to the YAML language server:

    ipvs-play schema > playbook.schema.json

and as the first line of a playbook: \`# yaml-language-server: $schema=playbook.schema.json\`

\`ipvs-play doc\` lists the task types and keywords.
`

/** The folder of the package, which holds the examples; the bundle lies at another depth than the sources. */
const packageFolder = (folder = import.meta.dirname): string =>
  existsSync(join(folder, 'playbooks/site.yml')) ? folder : packageFolder(dirname(folder))

/**
 * Writes a starter project into an empty or new folder.
 * @returns the files, relative to it
 * @throws what the file system says; ENOTEMPTY where something is there already
 */
export const writeStarter = (directory: string): readonly string[] => {
  mkdirSync(directory, { recursive: true })
  if (readdirSync(directory).length > 0)
    throw Object.assign(new Error(`${directory} is not empty`), { code: 'ENOTEMPTY' })
  const root = packageFolder()
  for (const [from, to] of copies) {
    mkdirSync(dirname(join(directory, to)), { recursive: true })
    copyFileSync(join(root, from), join(directory, to))
  }
  writeFileSync(join(directory, 'README.md'), readme)
  return ['README.md', ...copies.map(([, to]) => to)]
}
