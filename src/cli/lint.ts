import { Command, Option } from 'commander'
import type { Diagnostic } from '../model/document.ts'
import { collect, words } from './option-values.ts'
import type { Prepared } from './prepare.ts'
import { hasErrors, printProblems, refusing, withoutSecrets } from './problems.ts'
import { type VaultOptions, vaultOptions } from './vault-options.ts'

const examples = `
Examples:
  $ ipvs-play lint site.yml remove.yml
  $ ipvs-play lint site.yml -i inventory -e vip=192.0.2.100
  $ ipvs-play lint --strict site.yml                for CI: warnings count as errors
  $ ipvs-play lint --output json site.yml | jq .problems

A finding of a rule shows its id, as in warning[arp-announce-1]. Where it is meant, say so on its line, or on the line
above it: # ipvs-play: ignore[arp-announce-1]

Exit codes: 0 no errors, 5 errors, or warnings with --strict.`

interface Options extends VaultOptions {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly strict?: boolean
  readonly output: 'text' | 'json'
}

/** Finds every mistake that can be found without a host. */
export const lintCommand = (): Command =>
  vaultOptions(new Command('lint'))
    .description('every mistake that can be found without a host')
    .argument('<playbook...>', 'playbooks; `site.yml` is looked up as given, then under playbooks/')
    .option('-i, --inventory <path>', 'inventory file or directory (repeatable; default inventory/)', collect, [])
    .option('-e, --extra-vars <vars>', 'k=v, JSON, or @file.yml (repeatable)', collect, [])
    .option('-t, --tags <tags>', 'only tasks with these tags', words, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', words, [])
    .option('--strict', 'exit 5 for warnings too')
    .addOption(new Option('--output <kind>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', examples)
    .action((playbooks: string[], options: Options) => refusing(() => lint(playbooks, options)))

/** Prints what there is, and sets the exit code. */
export const lint = async (playbooks: readonly string[], options: Options): Promise<void> => {
  const { prepare } = await import('./prepare.ts')
  const { readKeyringForLint } = await import('./vault.ts')
  const keyring = readKeyringForLint(options)
  const prepared = await prepare({ playbooks, ...options, keyring, check: true, allowEmpty: false, lint: true })
  const problems = [...prepared.problems, ...withoutSecrets(await ofReach(prepared), keyring.hidden)]
  const failed = hasErrors(problems) || (options.strict === true && problems.length > 0)
  if (failed) process.exitCode = 5
  if (options.output === 'json') {
    const { byPlace } = await import('../documents/code-frame.ts')
    process.stdout.write(`${JSON.stringify(report(problems.toSorted(byPlace)), undefined, 2)}\n`)
    return
  }
  await printProblems(problems)
  if (!failed) process.stdout.write(problems.length === 0 ? 'no mistakes found\n' : 'no errors\n')
}

/** What a run would refuse of how its hosts are reached. */
const ofReach = async ({ schedule, inventory }: Prepared): Promise<readonly Diagnostic[]> => {
  if (schedule === undefined || inventory.incomplete === true) return []
  const { reachedIn, resolveReach } = await import('./reach.ts')
  const { problems } = await resolveReach(
    reachedIn(schedule, inventory),
    schedule,
    {},
    { login: undefined, become: undefined },
    true,
  )
  return problems
}

/** The findings for programs; a place is absent where a finding has none. */
const report = (problems: readonly Diagnostic[]): object => ({
  v: 1,
  errors: problems.filter(({ severity }) => severity === 'error').length,
  warnings: problems.filter(({ severity }) => severity === 'warning').length,
  problems: problems.map(({ severity, rule, summary, at, hint }) => ({
    severity,
    ...(rule !== undefined && { rule }),
    summary,
    ...at,
    ...(hint !== undefined && { hint }),
  })),
})
