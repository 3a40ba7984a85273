import { Command } from 'commander';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { AppReply__Output as AppReply } from '../generated/covey/v1/AppReply.ts';
import type { LockHolder__Output as LockHolder } from '../generated/covey/v1/LockHolder.ts';
import type { PastOperation__Output as PastOperation } from '../generated/covey/v1/PastOperation.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { stateText } from './balanced-text.ts';
import { problems } from './exit.ts';
import { outcomeOf, whatOf } from './history.ts';
import { plain, print, printJson, table } from './output.ts';
import { releasesTable } from './releases.ts';
import { withPeer } from './session.ts';
import { volumesText } from './volumes.ts';

/** `covey app`: all that there is to say of one app; exits with 1 where something is wrong or not known. */
export function app(): Command {
  return new Command('app')
    .description('show one app: record, nodes, containers, volumes, releases, and what is wrong with it')
    .argument('<app>', 'name of the app')
    .addHelpText('after', '\nExample:\n  covey app shop_master.ddb14')
    .action(async (name: string, _: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.App, { app: name }, { signal });
        if (json) printJson(reply);
        else print(appText(reply));
        if (reply.problems.length > 0) process.exitCode = problems;
      });
    });
}

/** The record, then a table of each kind, then what is wrong. */
function appText(reply: AppReply): string {
  const { app: about, containers, volumes, releases, releasesKnown, quarantines } = reply;
  const rows = containers.map(({ node, service, name, state, health }) => [
    node,
    service,
    name,
    health === '' ? state : `${state} (${health})`,
  ]);
  const balanced = (about?.balanced ?? []).map((each) => [
    each.node,
    each.services.join(' '),
    stateText(each),
  ]);
  const refused = quarantines.map(({ node, part, error }) => [node, part, error]);
  return [
    ...(about === null ? [] : [recordText(about, reply)]),
    ...(balanced.length === 0 ? [] : [table(['NODE', 'RUNS', 'STATE'], balanced, '')]),
    table(['NODE', 'SERVICE', 'CONTAINER', 'STATE'], rows, 'No containers.'),
    ...(refused.length === 0 ? [] : [table(['NODE', 'REFUSED', 'ERROR'], refused, '')]),
    // Of a record that cannot be read these are not known.
    ...(about?.error === '' ? [volumesText(volumes), releasesTable(releases, releasesKnown)] : []),
    reply.problems.length === 0
      ? 'All is well.'
      : ['Problems:', ...reply.problems.map((line) => `  ${plain(line)}`)].join('\n'),
  ].join('\n\n');
}

/** The name, and below it what the record says, as far as it says something, and what is done to the app. */
function recordText(about: App, { nodes, lock, lastOperation }: AppReply): string {
  const fields = [
    ['repository', about.repo],
    ['branch', about.branch],
    ...nodes.map(({ name, role, reachable }) => [role, reachable ? name : `${name} (no answer)`]),
    ['state', about.error !== '' ? 'error' : about.maintenance ? 'maintenance' : 'live'],
    ['deployed', about.deployDate],
    ['deploy id', about.deployId],
    ['generation', String(about.generation)],
    ['sites', about.urls.join(' ')],
    ['locked', lock === null ? '' : lockText(lock)],
    ['last', lastOperation === null ? '' : operationText(lastOperation)],
  ];
  const lines = fields
    .filter(([, value]) => value !== '')
    .map(([title = '', value = '']) => `  ${title.padEnd(12)}${plain(value)}`);
  return [plain(about.name), ...lines].join('\n');
}

/** `deploy for alice, by node2 since 2026-03-01T09:00:00Z`. */
function lockText({ operation, node, by, since }: LockHolder): string {
  if (operation === '') return 'by somebody who is no peer: see its key under lock/ in Consul';
  return `${operation}${by === '' ? '' : ` for ${by}`}, by ${node} since ${time(since)}`;
}

/** `move for alice, done at 2026-03-01T09:00:00Z`. */
function operationText(last: PastOperation): string {
  return `${whatOf(last)} for ${last.by || '?'}, ${outcomeOf(last)} at ${time(last.ended)}`;
}

const time = (at: number): string => (at === 0 ? '?' : `${new Date(at).toISOString().slice(0, 19)}Z`);
