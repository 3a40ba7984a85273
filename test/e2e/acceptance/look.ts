import { expect } from 'vitest';
import * as lab from '../../../lab/lab.ts';
import { held } from '../placement.ts';
import {
  covey,
  eventually,
  must,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  record,
  through,
} from '../support.ts';

const VOLUMES = '/var/lib/buttervolume/volumes';
/** `http://` and `https://`: a check of each. */
const ADDRESSES = 2;
const HOUR = 3_600_000;
const RETENTION = '1h:1d:1w:4w:1y';

/** Right after the commit some of it may still be on its way; what a node finds by itself, each minute, would come later. */
const SOON = 20_000;

/** How an app is to be: where, at which release and with what data. Without data it has no volumes. */
export interface Wanted {
  master: NodeName;
  slave: NodeName | null;
  release: string;
  commit: string;
  notes: string | undefined;
}

/** Looks at every node, the record, the schedules and the pages; nothing wanted: no node holds anything. */
export async function expectEverywhere(app: PublishedApp, wanted: Wanted | undefined): Promise<void> {
  const now = await record(app.name);
  const volumes = wanted?.notes === undefined ? [] : [`${app.project}_data`];
  if (!wanted) expect(now).toBeUndefined();
  else {
    const { master, slave, commit } = wanted;
    expect(now).toMatchObject({ master, slave, commit, volumes, ip: await lab.address(master) });
  }
  await Promise.all(
    NODES.map((node) =>
      eventually(
        () => look(app, node),
        (found) => JSON.stringify(found) === JSON.stringify(wantedOn(app, node, wanted, now?.deploy_id)),
        SOON,
      ).catch(async () => {
        expect([node, await look(app, node)]).toEqual([node, wantedOn(app, node, wanted, now?.deploy_id)]);
      }),
    ),
  );
  await expectSchedules(app, wanted, volumes);
  expect((await on('node1', ['consul', 'kv', 'get', `covey/journal/${app.name}`])).stdout).toBe('');
}

/** What a node holds of an app, and what a visitor gets through it. */
async function look(app: PublishedApp, node: NodeName) {
  const { containers, staging, folders } = await held(app, node);
  const host = hostOf(app);
  const commitOf = (folder: string) => must(node, 'git', '-C', `/deploy/${folder}`, 'rev-parse', 'HEAD');
  const commits = (await Promise.all(folders.map(commitOf))).map((commit) => commit.trim());
  const volumes = (await must(node, 'ls', '-A', VOLUMES))
    .split('\n')
    .filter((it) => it.includes(app.project));
  const agent = async (what: string) =>
    Object.values(JSON.parse(await must(node, 'curl', '-s', `http://127.0.0.1:8500/v1/agent/${what}`)));
  const services = (await agent('services')) as { Service: string }[];
  const checks = (await agent('checks')) as { ServiceName: string }[];
  const page = await through(node, { host, path: '/release' });
  const notes = await through(node, { host, path: '/notes' });
  return {
    containers,
    staging,
    folders,
    commits,
    volumes,
    data: await Promise.all(volumes.map((volume) => notesIn(node, volume))),
    services: services.filter(({ Service }) => Service === app.name).length,
    checks: checks.filter(({ ServiceName }) => ServiceName === app.name).length,
    release: page.status === 200 ? page.body : page.status,
    notes: notes.status === 200 ? notes.body : notes.status,
  };
}

function wantedOn(app: PublishedApp, node: NodeName, wanted: Wanted | undefined, deployId: unknown) {
  const isMaster = node === wanted?.master;
  const hasFolder = isMaster || (wanted !== undefined && node === wanted.slave);
  const hasData = isMaster && wanted.notes !== undefined;
  return {
    containers: isMaster ? 1 : 0,
    staging: [],
    folders: hasFolder ? [`${app.name}-${deployId}`] : [],
    commits: hasFolder ? [wanted.commit] : [],
    volumes: hasData ? [`${app.project}_data`] : [],
    data: hasData ? [wanted.notes] : [],
    services: isMaster ? 1 : 0,
    checks: isMaster ? ADDRESSES : 0,
    release: wanted ? `${wanted.release}\n` : 503,
    notes: wanted ? (wanted.notes ?? '') : 503,
  };
}

/** Purges are planned and due on master and slave alone; a volume goes from the master to its slave each hour. */
async function expectSchedules(
  app: PublishedApp,
  wanted: Wanted | undefined,
  volumes: readonly string[],
): Promise<void> {
  if (!wanted) return expectNoSchedules(app);
  const { master, slave } = wanted;
  const purging = [master, ...(slave ? [slave] : [])].sort();
  const retention = volumes.flatMap((volume) =>
    purging.map((node) => ({ volume, node, pattern: RETENTION, remove: [] })),
  );
  await eventually(
    async () => (await rows(app, '--retention')).map(only(['volume', 'node', 'pattern', 'remove'])),
    (found) => JSON.stringify(found) === JSON.stringify(retention),
  );
  for (const node of purging)
    for (const volume of volumes)
      await eventually(
        async () => JSON.parse(await must(node, 'cat', '/var/lib/covey/purges.json')) as object,
        (due) => volume in due,
      );
  const scheduled = volumes.map((volume) => ({
    volume,
    master,
    slave: slave ?? '',
    intervalMs: slave ? HOUR : 0,
  }));
  expect((await rows(app)).map(only(['volume', 'master', 'slave', 'intervalMs']))).toEqual(scheduled);
}

async function expectNoSchedules({ name }: PublishedApp): Promise<void> {
  const { exitCode, stdout } = await covey('node1', 'volumes', '--retention', '--json');
  expect([exitCode, stdout.includes(name)]).toEqual([0, false]);
}

async function rows(app: PublishedApp, ...options: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await covey('node1', 'volumes', app.name, ...options, '--json');
  const { volumes, retention } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  return (options.length > 0 ? retention : volumes) ?? [];
}

const only = (keys: readonly string[]) => (row: Record<string, unknown>) =>
  Object.fromEntries(keys.map((key) => [key, row[key]]));

/** The notes of a live volume, which has none before the first was written. */
const notesIn = (node: NodeName, volume: string) =>
  must(node, 'sh', '-c', '[ ! -e "$1" ] || cat "$1"', 'sh', `${VOLUMES}/${volume}/notes`);

export const hostOf = ({ name }: PublishedApp): string => `${name.split('_')[0]}.lab`;
