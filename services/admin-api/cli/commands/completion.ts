import { Argument, type Command } from 'commander';
import { candidates } from '../complete.ts';
import { examples } from '../listing.ts';
import type { Connect } from '../program.ts';

/** `lutra completion`, and the hidden command that the shells ask. */
export function addCompletion(program: Command, connect: Connect): void {
  program
    .command('completion')
    .description('A script that lets a shell complete commands, options and the names of channels.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples([
        'source <(lutra completion bash)',
        'lutra completion zsh > ~/.zsh/completions/_lutra',
        'lutra completion fish > ~/.config/fish/completions/lutra.fish',
      ]),
    )
    .action((shell: 'bash' | 'zsh' | 'fish') => console.log(SCRIPTS[shell]));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => {
      for (const each of await candidates(program, connect, words)) console.log(each);
    });
}

// NOTE the word that is being written is the last one, also when it is empty.
const SCRIPTS = {
  bash: `_lutra() {
  local found
  found=$(lutra __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _lutra lutra`,
  zsh: `#compdef lutra
_lutra() {
  local -a found
  found=("\${(@f)$(lutra __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _lutra lutra`,
  fish: `function __lutra_complete
    set -l words (commandline -opc) (commandline -ct)
    lutra __complete -- $words[2..-1] 2>/dev/null
end
complete -c lutra -a '(__lutra_complete)'`,
} as const;
