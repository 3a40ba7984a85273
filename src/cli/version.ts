import { Command } from 'commander';
import { version as own } from '../version.ts';
import { globalOptions } from './options.ts';
import { print, printJson } from './output.ts';

/** `covey version`: that of the command. */
export function version(): Command {
  return new Command('version')
    .description('print the version')
    .addHelpText('after', '\nExample:\n  covey version')
    .action((_: object, command: Command) => {
      if (globalOptions(command).json) printJson({ version: own });
      else print(own);
    });
}
