import { Command } from 'commander';
import { clusterMethods } from '../../rpc/proto.ts';
import { plain, print } from '../output.ts';
import { withPeer } from '../session.ts';
import { type Candidate, type Kind, wanted } from './candidates.ts';

// Somebody waits at the prompt: names that come later are of no use.
const patience = 2_000;

/**
 * `covey complete -- WORD…`, which the shells' scripts call: the words behind `covey` up to the cursor, the last one unfinished.
 * Prints a line `VALUE<tab>DESCRIPTION` for each candidate, or `:files` or `:folders` where the shell knows better.
 */
export function complete(): Command {
  return new Command('complete')
    .description('print what may stand at the cursor')
    .argument('[words...]')
    .action(async (words: string[], _: object, command: Command) => {
      const program = command.parent ?? command;
      const before = words.slice(0, -1);
      const { words: fixed, kind, typed, prefix } = wanted(program, before, words.at(-1) ?? '');
      if (kind === 'files' || kind === 'folders') return print(`:${kind}`);
      const names = kind === undefined ? [] : await namesOf(kind, command, before);
      for (const { value, description } of [...fixed, ...names]) {
        if (value.startsWith(typed)) print(`${prefix}${value}\t${description}`);
      }
    });
}

/** Asked of the peer that the words before name, or else of the usual one; none where it does not answer. */
async function namesOf(kind: Kind, command: Command, before: string[]): Promise<Candidate[]> {
  const names: Candidate[] = [];
  try {
    command.parent?.parseOptions(before);
    await withPeer(
      command,
      async ({ connection, signal }) => {
        if (kind === 'apps') {
          const { apps } = await connection.call(clusterMethods.Apps, {}, { signal });
          names.push(...apps.map(({ name, master }) => ({ value: name, description: `on ${master}` })));
        } else {
          const { nodes } = await connection.call(clusterMethods.Nodes, {}, { signal });
          names.push(...nodes.map(({ name, state }) => ({ value: name, description: state })));
        }
      },
      AbortSignal.timeout(patience),
    );
  } catch {} // At a prompt nobody can be told: there are no names then.
  return names.map(({ value, description }) => ({ value: plain(value), description: plain(description) }));
}
