import { Command } from 'commander';
import type { StatusReply__Output as StatusReply } from '../generated/covey/v1/StatusReply.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey status`: what each node serves and what is wrong anywhere; exits with 1 when something is. */
export function status(): Command {
  return new Command('status')
    .description('show what each node serves, and what is wrong anywhere')
    .addHelpText('after', '\nExample:\n  covey status || mail -s "cluster" ops@example.com')
    .action(async (_: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Status, {}, { signal });
        if (json) printJson(reply);
        else print(statusText(reply));
        if (reply.problems.length > 0) process.exitCode = problems;
      });
    });
}

function statusText(reply: StatusReply): string {
  const nodes = reply.nodes.map((node) => [
    node.name,
    node.reachable ? 'up' : 'no answer',
    node.reachable ? String(node.generation) : '-',
  ]);
  const containers = reply.nodes.flatMap((node) =>
    node.containers.map(({ app, service, name, state, health }) => [
      node.name,
      app,
      service,
      name,
      health === '' ? state : `${state} (${health})`,
    ]),
  );
  const quarantines = reply.nodes.flatMap((node) =>
    node.quarantines.map(({ app, part, error }) => [node.name, app, part, error]),
  );
  const parts = [
    table(['NODE', 'PEER', 'GENERATION'], nodes, 'No nodes.'),
    table(['NODE', 'APP', 'SERVICE', 'CONTAINER', 'STATE'], containers, 'No containers.'),
  ];
  if (quarantines.length > 0) parts.push(table(['NODE', 'APP', 'REFUSED', 'ERROR'], quarantines, ''));
  if (reply.notices.length > 0) parts.push(listed('Notices:', reply.notices));
  parts.push(reply.problems.length === 0 ? 'All is well.' : listed('Problems:', reply.problems));
  return parts.join('\n\n');
}

function listed(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${plain(line)}`)].join('\n');
}
