import { CommanderError } from 'commander';
import { asCoveyError } from '../errors.ts';
import { exitCodes, usage } from './exit.ts';
import { printError, printUsageError } from './output.ts';
import { makeProgram } from './program.ts';

// A reader that has seen enough (`| head`) ends the command quietly, as SIGPIPE would.
process.stdout.on('error', () => process.exit(exitCodes.failed));

// Looked for by hand: a command line that is wrong is told as JSON too.
const words = process.argv;
const json = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined).includes('--json');

try {
  await makeProgram({ json }).parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    // Commander has printed it, but as text: its status is 0 for help and for the version.
    if (json && thrown.exitCode !== 0) printUsageError(thrown.message);
    process.exitCode = thrown.exitCode === 0 ? 0 : usage;
  } else {
    const error = asCoveyError(thrown);
    printError(error, json);
    process.exitCode = exitCodes[error.code];
  }
}
