import { Command, CommanderError } from 'commander';
import { asCoveyError } from '../errors.ts';
import { version } from '../version.ts';
import { ca } from './ca.ts';
import { exitCodes, exitHelp, usage } from './exit.ts';
import { health } from './health.ts';
import { addGlobalOptions } from './options.ts';
import { print, printError } from './output.ts';

const program = addGlobalOptions(new Command('covey'))
  .description('Deploys apps from git to a small private cluster of Docker hosts.')
  .version(version, '--version', 'print the version')
  .addHelpText(
    'after',
    `\n${exitHelp()}\n\nExample:\n  covey deploy https://git.example.com/shop master --master node1`,
  )
  .showHelpAfterError('(covey --help says how)');

for (const command of [ca(), health()]) program.addCommand(command);
program
  .command('version')
  .description('print the version')
  .action(() => print(version));

for (const command of withDescendants(program)) command.exitOverride().copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    // Commander has printed it: its status is 0 for help and for the version.
    process.exitCode = thrown.exitCode === 0 ? 0 : usage;
  } else {
    const error = asCoveyError(thrown);
    printError(error);
    process.exitCode = exitCodes[error.code];
  }
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
