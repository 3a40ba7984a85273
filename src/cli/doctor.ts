import { Command } from 'commander';
import type { Finding__Output as Finding } from '../generated/covey/v1/Finding.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

// The peer gives up on another node after 8 s.
const DEADLINE = 20_000;

/** `covey doctor`: what is wrong with nodes, and how to mend it; exits with 1 when anything is an error. */
export function doctor(): Command {
  return new Command('doctor')
    .description('examine a node, from its store to its clock: what is wrong, and how to mend it')
    .argument('[node]', 'node to examine (default: the one that is asked)')
    .option('--all', 'examine all nodes')
    .addHelpText('after', '\nExamples:\n  covey doctor\n  covey doctor node2\n  covey doctor --all')
    .action(async (node: string | undefined, { all = false }: { all?: boolean }, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const request = { node: node ?? '', all };
        const reply = await connection.call(clusterMethods.Doctor, request, { signal, deadline: DEADLINE });
        if (json) printJson(reply);
        else print(doctorText(reply.findings));
        if (reply.findings.some(({ state }) => state === 'error')) process.exitCode = problems;
      });
    });
}

/** A line for each check, what to do behind what was found; then how many are not ok. */
function doctorText(findings: readonly Finding[]): string {
  const rows = findings.map(({ node, check, state, found, hint }) => [
    node,
    check,
    state,
    hint === '' ? found : `${found}. To mend: ${hint}`,
  ]);
  const of = (wanted: string) => findings.filter(({ state }) => state === wanted).length;
  const counts = [count(of('error'), 'error'), count(of('warning'), 'warning')].filter((one) => one !== '');
  const verdict = counts.length === 0 ? 'All is well.' : `${counts.join(', ')}.`;
  return `${table(['NODE', 'CHECK', 'STATE', 'FOUND'], rows, 'Nothing was checked.')}\n\n${verdict}`;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}
