import { CommanderError } from 'commander';
import { asCoveyError } from '../errors.ts';
import { exitCodes, usage } from './exit.ts';
import { printError } from './output.ts';
import { makeProgram } from './program.ts';

// A reader that has seen enough (`| head`) ends the command quietly, as SIGPIPE would.
process.stdout.on('error', () => process.exit(exitCodes.failed));

try {
  await makeProgram().parseAsync();
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
