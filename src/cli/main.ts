import { Command, CommanderError } from 'commander';
import { asCoveyError } from '../errors.ts';
import { version } from '../version.ts';
import { exitCodes, exitHelp, usage } from './exit.ts';
import { addGlobalOptions } from './options.ts';
import { print, printError } from './output.ts';
import { verbs } from './verbs.ts';

const program = addGlobalOptions(new Command('covey'))
  .description('Deploys apps from git to a small private cluster of Docker hosts.')
  .version(version, '--version', 'print the version')
  .addHelpText(
    'after',
    `\n${exitHelp()}\n\nExample:\n  covey deploy https://git.example.com/shop master --master node1`,
  )
  .showHelpAfterError('(covey --help says how)');

for (const verb of verbs()) program.addCommand(verb);
program
  .command('version')
  .description('print the version')
  .action(() => print(version));

program.exitOverride();
for (const command of withDescendants(program)) command.copyInheritedSettings(program);

// A reader that has seen enough (`| head`) ends the command quietly, as SIGPIPE would.
process.stdout.on('error', () => process.exit(exitCodes.failed));

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
