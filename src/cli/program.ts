import { Command } from 'commander';
import { version } from '../version.ts';
import { complete } from './completion/complete.ts';
import { exitHelp, exitsOfVerbs } from './exit.ts';
import { addGlobalOptions } from './options.ts';
import { verbs } from './verbs.ts';

/**
 * The whole command, ready to be run, and to be told of: docs/cli.md is made of it. With `json` it does not print what is
 * wrong with a command line.
 */
export function makeProgram({ json = false } = {}): Command {
  const program = addGlobalOptions(new Command('covey'))
    .description('Deploys apps from git to a small private cluster of Docker hosts.')
    .version(version, '--version', 'print the version')
    .addHelpText(
      'after',
      `\n${exitHelp()}\n\nExample:\n  covey deploy https://git.example.com/shop master --master node1`,
    )
    .showHelpAfterError('(covey --help says how)')
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .exitOverride();
  for (const verb of verbs()) {
    const exits = exitsOfVerbs[verb.name()];
    if (exits) verb.addHelpText('after', `\n${exitHelp(exits)}`);
    program.addCommand(verb);
  }
  program.addCommand(complete(), { hidden: true });
  for (const command of withDescendants(program)) command.copyInheritedSettings(program);
  return program;
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
