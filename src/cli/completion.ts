import { Argument, Command } from 'commander'
import { candidatesFor } from './candidates.ts'

const examples = `
Examples:
  $ ipvs-play completion bash > ipvs-play.bash
  $ ipvs-play completion fish > ipvs-play.fish

To load it in every shell:
  bash   echo 'source <(ipvs-play completion bash)' >> ~/.bashrc
  zsh    echo 'source <(ipvs-play completion zsh)' >> ~/.zshrc    (behind compinit)
  fish   ipvs-play completion fish > ~/.config/fish/completions/ipvs-play.fish`

/** The shells ask `ipvs-play __complete -- WORDS…` for what can stand in place of the last word. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_ipvs_play() {
  local cur=\${COMP_WORDS[COMP_CWORD]} word
  [[ $cur == = ]] && cur=
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
    elif [[ -n $word ]]; then
      COMPREPLY+=("$word")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _ipvs_play ipvs-play
`,
  zsh: `#compdef ipvs-play
_ipvs_play() {
  local line
  local -a described
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      _files
    elif [[ -n $line ]]; then
      described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#described} )) && _describe ipvs-play described
}
if [[ \${funcstack[1]} == _ipvs_play ]]; then _ipvs_play "$@"; else compdef _ipvs_play ipvs-play; fi
`,
  fish: `function __ipvs_play_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c ipvs-play -f -a '(__ipvs_play_complete)'
`,
}

/** Prints what a shell reads to complete our words. */
export const completionCommand = (): Command =>
  new Command('completion')
    .description('shell completion: a script for bash, zsh or fish')
    .addArgument(new Argument('<shell>', 'whose script to print').choices(Object.keys(scripts)))
    .addHelpText('after', examples)
    .action((shell: string) => void process.stdout.write(scripts[shell] ?? ''))

/** What the scripts call. One candidate a line, with a tab and what it is about; `:files` stands for names of files. */
export const completeCommand = (root: Command): Command =>
  new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const found = await candidatesFor(root, words)
      process.stdout.write(
        found.map(({ word, about }) => (about === '' ? `${word}\n` : `${word}\t${about}\n`)).join(''),
      )
    })
