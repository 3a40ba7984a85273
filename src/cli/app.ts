import { Command } from 'commander';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { ContainerStatus__Output as Container } from '../generated/covey/v1/ContainerStatus.ts';
import type { PastRelease__Output as PastRelease } from '../generated/covey/v1/PastRelease.ts';
import type { StatusReply__Output as StatusReply } from '../generated/covey/v1/StatusReply.ts';
import type { Volume__Output as Volume } from '../generated/covey/v1/Volume.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { recorded } from './recorded.ts';
import { releasesTable } from './releases.ts';
import { type Session, withPeer } from './session.ts';
import { volumesText } from './volumes.ts';

/** What `covey app` tells; with `--json` as it is. */
interface Described {
  /** As in `covey apps`. */
  app: App;
  /** Its master and its slave. */
  nodes: { name: string; role: 'master' | 'slave'; reachable: boolean }[];
  /** On all nodes. */
  containers: (Container & { node: string })[];
  volumes: Volume[];
  /** Oldest first; empty while the record cannot be read. */
  releases: PastRelease[];
  /** The master has said what it has of the releases. */
  releasesKnown: boolean;
  /** What is wrong with it, or not known of it, one line each. */
  problems: string[];
}

/** `covey app`: all that there is to say of one app; exits with 1 where something is wrong or not known. */
export function app(): Command {
  return new Command('app')
    .description('show one app: record, nodes, containers, volumes, releases, and what is wrong with it')
    .argument('<app>', 'name of the app')
    .addHelpText('after', '\nExample:\n  covey app shop_master.ddb14')
    .action(async (name: string, _: object, command: Command) => {
      await withPeer(command, async (session) => {
        const described = await describe(name, session);
        if (session.json) printJson(described);
        else print(appText(described));
        if (described.problems.length > 0) process.exitCode = problems;
      });
    });
}

async function describe(name: string, session: Session): Promise<Described> {
  const { connection, signal } = session;
  const about = await recorded(name, session);
  const isReadable = about.error === '';
  const [status, { volumes }, past] = await Promise.all([
    connection.call(clusterMethods.Status, {}, { signal }),
    // Of a record that cannot be read the peer refuses to say more.
    isReadable ? connection.call(clusterMethods.Volumes, { app: name }, { signal }) : { volumes: [] },
    isReadable
      ? connection.call(clusterMethods.Releases, { app: name }, { signal })
      : { releases: [], problem: '' },
  ]);
  const reachable = (node: string) => status.nodes.some((each) => each.name === node && each.reachable);
  const nodes = (['master', 'slave'] as const)
    .filter((role) => about[role] !== '')
    .map((role) => ({ name: about[role], role, reachable: reachable(about[role]) }));
  return {
    app: about,
    nodes,
    containers: status.nodes.flatMap((node) =>
      node.containers
        .filter((container) => container.app === name)
        .map((container) => ({ node: node.name, ...container })),
    ),
    volumes,
    releases: past.releases,
    releasesKnown: isReadable && past.problem === '',
    problems: [
      ...(isReadable ? [] : [about.error]),
      ...problemsOf(about, status),
      ...nodes.filter((node) => !node.reachable).map((node) => `the peer of ${node.name} does not answer`),
      ...(past.problem === '' ? [] : [`what is there of its releases is not known: ${past.problem}`]),
    ],
  };
}

/** The cluster's problems that name the app, or a volume of it. */
function problemsOf({ name, volumes }: App, { problems: all }: StatusReply): string[] {
  const names = new Set([name, ...volumes]);
  return all.filter((line) => line.split(/[\s:,]+/).some((word) => names.has(word)));
}

/** The record, then a table of each kind, then what is wrong. */
function appText({ app: about, nodes, containers, volumes, releases, ...rest }: Described): string {
  const rows = containers.map(({ node, service, name, state, health }) => [
    node,
    service,
    name,
    health === '' ? state : `${state} (${health})`,
  ]);
  return [
    recordText(about, nodes),
    table(['NODE', 'SERVICE', 'CONTAINER', 'STATE'], rows, 'No containers.'),
    // Of a record that cannot be read these are not asked for.
    ...(about.error === '' ? [volumesText(volumes), releasesTable(releases, rest.releasesKnown)] : []),
    rest.problems.length === 0
      ? 'All is well.'
      : ['Problems:', ...rest.problems.map((line) => `  ${plain(line)}`)].join('\n'),
  ].join('\n\n');
}

/** The name, and below it what the record says, as far as it says something. */
function recordText(about: App, nodes: Described['nodes']): string {
  const fields = [
    ['repository', about.repo],
    ['branch', about.branch],
    ...nodes.map(({ name, role, reachable }) => [role, reachable ? name : `${name} (no answer)`]),
    ['state', about.error !== '' ? 'error' : about.maintenance ? 'maintenance' : 'live'],
    ['deployed', about.deployDate],
    ['deploy id', about.deployId],
    ['generation', String(about.generation)],
    ['sites', about.urls.join(' ')],
  ];
  const lines = fields
    .filter(([, value]) => value !== '')
    .map(([title = '', value = '']) => `  ${title.padEnd(12)}${plain(value)}`);
  return [plain(about.name), ...lines].join('\n');
}
