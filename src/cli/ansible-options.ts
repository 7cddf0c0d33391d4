/** Options of Ansible's commands: those that are spelled otherwise here, and the way for those that are not here. */

/** Ansible's other names of options that are here. */
const spellings: Readonly<Record<string, string>> = {
  '--inventory-file': '--inventory',
  '--key-file': '--private-key',
  '--become-pass-file': '--become-password-file',
  '--vault-pass-file': '--vault-password-file',
  '--ask-vault-password': '--ask-vault-pass',
  '--conn-pass-file': '--connection-password-file',
}

/** A command line with every option under the name that it has here. */
export const inOurSpelling = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf('--')
  return argv.map((word, index) => {
    const [name = '', value] = word.split(/=(.*)/s)
    const ours = Object.hasOwn(spellings, name) ? spellings[name] : undefined
    if (ours === undefined || (end !== -1 && index > end)) return word
    return value === undefined ? ours : `${ours}=${value}`
  })
}

const noModules = 'there are no modules to find: `ipvs-play doc` lists the task types'
const noCopies = 'nothing is copied by scp or sftp: files go over the one connection of a host'
const inPlaybook = 'write it as a task of a playbook'

const missing: Readonly<Record<string, string>> = {
  '--step': 'look first with --check --diff, or let it ask between tasks: `pause: {prompt: …}`',
  '-M': noModules,
  '--module-path': noModules,
  '--scp-extra-args': noCopies,
  '--sftp-extra-args': noCopies,
  '-e': 'they are for runs: `debug` in a playbook shows what they make of a variable',
  '--extra-vars': 'they are for runs: `debug` in a playbook shows what they make of a variable',
  '--export': '--list shows the variables of each host, as Ansible does without it',
  '--output': 'send stdout to a file: `ipvs-play inventory --list > FILE`',
  '--toml': '--list prints JSON, --yaml YAML',
  '-a': inPlaybook,
  '--args': inPlaybook,
  '-m': inPlaybook,
  '--module-name': inPlaybook,
}

/** What to do instead of an option of Ansible that is not here. */
export const insteadOfOption = (written: string): { readonly option: string; readonly way: string } | undefined => {
  const name = written.split('=')[0] ?? ''
  const option = /^-[A-Za-z]./.test(name) ? name.slice(0, 2) : name
  const way = Object.hasOwn(missing, option) ? missing[option] : undefined
  return way === undefined ? undefined : { option, way }
}
