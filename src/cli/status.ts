import { Command } from 'commander';
import type { ContainerStatus__Output as ContainerStatus } from '../generated/covey/v1/ContainerStatus.ts';
import type { StatusReply__Output as StatusReply } from '../generated/covey/v1/StatusReply.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { stateText as balancedState } from './balanced-text.ts';
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
  // What the others told last is not what is.
  const present = reply.nodes.filter(({ reachable }) => reachable);
  const containers = present.flatMap((node) =>
    node.containers.map((container) => [
      node.name,
      container.app,
      container.service,
      container.name,
      stateText(container),
    ]),
  );
  const quarantines = present.flatMap((node) =>
    node.quarantines.map(({ app, part, error }) => [node.name, app, part, error]),
  );
  const balanced = reply.balanced.map((each) => [
    each.app,
    each.node,
    each.services.join(' '),
    balancedState(each),
  ]);
  const parts = [
    table(['NODE', 'PEER', 'GENERATION'], nodes, 'No nodes.'),
    table(['NODE', 'APP', 'SERVICE', 'CONTAINER', 'STATE'], containers, 'No containers.'),
  ];
  if (balanced.length > 0) parts.push(table(['APP', 'NODE', 'RUNS', 'STATE'], balanced, ''));
  if (quarantines.length > 0) parts.push(table(['NODE', 'APP', 'REFUSED', 'ERROR'], quarantines, ''));
  if (reply.notices.length > 0) parts.push(listed('Notices:', reply.notices));
  parts.push(reply.problems.length === 0 ? 'All is well.' : listed('Problems:', reply.problems));
  return parts.join('\n\n');
}

function stateText({ state, health, restarts }: ContainerStatus): string {
  const more = [health, restarts > 0 ? `restarted ${restarts} times` : ''].filter((text) => text !== '');
  return more.length === 0 ? state : `${state} (${more.join(', ')})`;
}

function listed(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${plain(line)}`)].join('\n');
}
