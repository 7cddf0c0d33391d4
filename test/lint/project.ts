/** A project in a folder of its own, linted as the command does it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Prepared, prepare } from '../../src/cli/prepare.ts'
import type { Diagnostic } from '../../src/model/document.ts'

/** A small fleet whose inventory tells all that a playbook may ask for. */
const hosts = `director: {hosts: {d1: }}
realserver: {hosts: {rs1: , rs2: , rs3: , rs4: }}
all: {vars: {vip: 192.0.2.100, nic: eth0}}
`

type Files = Readonly<Record<string, string | Uint8Array>>

interface Options {
  readonly tags?: readonly string[]
  readonly inventory?: string
}

/** What a command would go on with for `site.yml`; what is said names paths relative to the project. */
export const prepareFiles = async (files: Files, options: Options = {}): Promise<Prepared> => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-lint-'))
  try {
    for (const [name, content] of Object.entries({ 'hosts.yml': hosts, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    const prepared = await prepare({
      playbooks: [join(folder, 'site.yml')],
      inventory: [join(folder, options.inventory ?? 'hosts.yml')],
      tags: options.tags ?? [],
      skipTags: [],
      extraVars: [],
      check: true,
      allowEmpty: false,
      lint: true,
    })
    const bare = (text: string): string => text.replaceAll(`${folder}/`, '')
    const problems = prepared.problems.map((problem) => ({
      ...problem,
      summary: bare(problem.summary),
      ...(problem.at && { at: { ...problem.at, file: bare(problem.at.file) } }),
      ...(problem.hint !== undefined && { hint: bare(problem.hint) }),
    }))
    return { ...prepared, problems }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is said about `site.yml`. */
export const lintFiles = async (files: Files, options: Options = {}): Promise<readonly Diagnostic[]> =>
  (await prepareFiles(files, options)).problems

/** `line:column severity[rule] summary` */
export const say = ({ at, severity, rule, summary }: Diagnostic): string =>
  `${at === undefined ? '' : `${at.line}:${at.column} `}${severity}${rule === undefined ? '' : `[${rule}]`} ${summary}`

export const lintText = async (playbook: string): Promise<readonly string[]> =>
  (await lintFiles({ 'site.yml': playbook })).map(say)
