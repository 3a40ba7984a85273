import { resolve } from 'node:path';
import { Command } from 'commander';
import { defaultDriver } from '../config/schema.ts';
import { asCoveyError } from '../errors.ts';
import type { CheckOptions } from './check-folder.ts';
import { problems as problemsFound, unchecked } from './exit.ts';
import { globalOptions } from './options.ts';
import { print, printError, printJson } from './output.ts';
import { interruptible } from './session.ts';

interface Options extends CheckOptions {
  showCaddyfile?: boolean;
}

/** `covey check`: judges a checkout before it is pushed. Asks no peer, no Consul and no Docker Engine. */
export function check(): Command {
  return new Command('check')
    .description("judge a checkout's compose file, CADDYFILE, HAPROXY and checks before a push; asks nobody")
    .argument('[dir]', 'top folder of the repository', '.')
    .option('--repo <url>', 'URL of the repository, as in deploy: judges the name too (with --branch)')
    .option('--branch <name>', 'branch or tag, as in deploy')
    .option('--driver <name>', "the cluster's volume driver", defaultDriver)
    .option('--show-caddyfile', 'print each CADDYFILE in the syntax of Caddy 2')
    .addHelpText(
      'after',
      '\nIt needs `docker compose` 2.20 or later to read the compose file, and no Docker Engine.' +
        '\n\nExample:\n  covey check . --repo ssh://git@git.example.com/shop.git --branch master',
    )
    .action(async (dir: string, options: Options, command: Command) => {
      if ((options.repo === undefined) !== (options.branch === undefined)) {
        command.error('error: --repo and --branch go together');
      }
      const { json } = globalOptions(command);
      // What reads an app is as much as all the rest of the command, and no other verb needs it.
      const { checkFolder, checkedText } = await import('./check-folder.ts');
      try {
        await interruptible(async (signal) => {
          const checked = await checkFolder(resolve(dir), options, signal);
          if (json) printJson(checked);
          else print(checkedText(checked, options.showCaddyfile ?? false));
          if (checked.problems.length > 0) process.exitCode = problemsFound;
        });
      } catch (thrown) {
        const error = asCoveyError(thrown);
        if (error.code === 'cancelled') throw error;
        printError(error, json);
        process.exitCode = unchecked;
      }
    });
}
