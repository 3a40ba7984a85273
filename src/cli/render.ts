import { stripVTControlCharacters } from 'node:util';
import { Command } from 'commander';
import type { RenderReply__Output as RenderReply } from '../generated/covey/v1/RenderReply.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson } from './output.ts';
import { withPeer } from './session.ts';

/** `covey render`: what the proxies of a node would have by the records; with --diff how that differs from what is live. */
export function render(): Command {
  return new Command('render')
    .description("print the configuration of a node's proxies as the records ask for it")
    .option('--app <app>', 'only what this app, or swarm/<key>, brings')
    .option('--node <node>', "node to render for (default: the app's master, else the node that is asked)")
    .option('--diff', 'only how it differs from what is live; exits with 1 where it does')
    .addHelpText('after', '\nExample:\n  covey render --app shop_master.ddb14 --node node2 --diff')
    .action(
      async (
        { app = '', node = '', diff = false }: { app?: string; node?: string; diff?: boolean },
        command: Command,
      ) => {
        await withPeer(command, async ({ connection, signal, json }) => {
          const reply = await connection.call(clusterMethods.Render, { app, node, diff }, { signal });
          if (json) printJson(reply);
          else {
            const text = renderedText(reply, diff);
            if (text !== '') print(text);
          }
          if (reply.differs) process.exitCode = problems;
        });
      },
    );
}

/** What was refused, and then the files, each below its name; a diff names its files itself. */
function renderedText({ node, files, refused }: RenderReply, diff: boolean): string {
  const lines = refused.map(
    ({ app, part, error }) => `refused on ${node}: ${app} (${part}): ${plain(error)}`,
  );
  const texts = files.map(({ name, text }) => (diff ? clean(text) : `== ${name}\n${clean(text)}`));
  return [...(lines.length === 0 ? [] : [lines.join('\n')]), ...texts].join('\n\n');
}

/** Records hold what anybody wrote; line for line as it is, but without what could steer the terminal. */
function clean(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, ''))
    .join('\n');
}
