import { Command } from 'commander'
import { collect, words } from './option-values.ts'
import { hasErrors, printProblems, refusing } from './problems.ts'

const examples = `
Examples:
  $ ipvs-play lint site.yml remove.yml
  $ ipvs-play lint site.yml -i inventory -e vip=192.0.2.100`

/** Finds every mistake that can be found without a host. */
export const lintCommand = (): Command =>
  new Command('lint')
    .description('every mistake that can be found without a host')
    .argument('<playbook...>', 'playbooks; `site.yml` is looked up as given, then under playbooks/')
    .option('-i, --inventory <path>', 'inventory file or directory (repeatable; default inventory/)', collect, [])
    .option('-e, --extra-vars <vars>', 'k=v, JSON, or @file.yml (repeatable)', collect, [])
    .option('-t, --tags <tags>', 'only tasks with these tags', words, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', words, [])
    .addHelpText('after', examples)
    .action(
      (
        playbooks: string[],
        options: { inventory: string[]; extraVars: string[]; tags: string[]; skipTags: string[] },
      ) =>
        refusing(async () => {
          const { prepare } = await import('./prepare.ts')
          const { problems } = await prepare({ playbooks, ...options, check: true, allowEmpty: false })
          await printProblems(problems)
          if (hasErrors(problems)) process.exitCode = 5
          else process.stdout.write('no mistakes found\n')
        }),
    )
