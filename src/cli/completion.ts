import { readFileSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { globalOptions } from './options.ts';
import { print, printJson } from './output.ts';

const help = `
It completes verbs, options, paths, and the names of apps and nodes, which it asks a peer for: the one that the command line
names, or else the usual one.

Examples:
  covey completion bash > /etc/bash_completion.d/covey
  covey completion zsh > /usr/local/share/zsh/site-functions/_covey
  covey completion fish > ~/.config/fish/completions/covey.fish`;

/** `covey completion`: the script by which a shell completes command lines; it calls `covey complete`. */
export function completion(): Command {
  return new Command('completion')
    .description('print the script by which a shell completes command lines of covey')
    .addArgument(new Argument('<shell>', 'the shell that is to load it').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', help)
    .action((shell: string, _: object, command: Command) => {
      const script = readFileSync(new URL(`completion/covey.${shell}`, import.meta.url), 'utf8');
      if (globalOptions(command).json) printJson({ shell, script });
      else print(script.trimEnd());
    });
}
