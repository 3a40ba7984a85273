import { expect } from 'vitest';
import { eventually, must, NODES, type NodeName, type PublishedApp, record, through } from './support.ts';

/** What a node holds of the app. */
export async function held(app: PublishedApp, node: NodeName) {
  const lines = async (...argv: string[]) => (await must(node, ...argv)).split('\n');
  const [containers, volumes, snapshots, folders, services] = await Promise.all([
    lines('docker', 'ps', '--all', '--format', '{{.Names}}'),
    lines('ls', '-A', '/var/lib/buttervolume/volumes'),
    lines('ls', '-A', '/var/lib/buttervolume/snapshots'),
    lines('ls', '-A', '/deploy'),
    must(node, 'curl', '-s', 'http://127.0.0.1:8500/v1/agent/services'),
  ]);
  const isOfProject = (name: string) => name.includes(app.project);
  return {
    containers: containers.filter(isOfProject).length,
    volumes: volumes.filter(isOfProject).length,
    snapshots: snapshots.some(isOfProject),
    /** What broken transfers left. */
    staging: snapshots.filter((name) => name.startsWith('.')),
    folders: folders.filter((name) => name.includes(app.name)),
    registered: services.includes(app.name),
  };
}

/** Adds a line to the app's notes. */
export async function sign(node: NodeName, host: string, text: string): Promise<void> {
  expect((await through(node, { host, path: '/notes', form: { text } })).status).toBe(201);
}

/** The record's master alone runs the app; no node holds more than its role wants. Waits for what is still being cleared. */
export async function expectRoles(app: PublishedApp): Promise<void> {
  const now = await record(app.name);
  const expectRole = async (node: NodeName): Promise<void> => {
    const isMaster = node === now?.master;
    const wanted = {
      containers: isMaster ? 1 : 0,
      volumes: isMaster ? 1 : 0,
      staging: [],
      folders: isMaster || node === now?.slave ? [`${app.name}-${now?.deploy_id}`] : [],
      registered: isMaster,
    };
    await eventually(
      async () => {
        const { snapshots: _, ...rest } = await held(app, node);
        return { node, ...rest };
      },
      (found) => JSON.stringify(found) === JSON.stringify({ node, ...wanted }),
    );
  };
  await Promise.all(NODES.map(expectRole));
}

/** The app serves through every node, with these notes, and its master alone runs it; no node holds more than its role wants. */
export async function expectAt(
  app: PublishedApp,
  host: string,
  where: { master: NodeName; slave: NodeName | null; notes: readonly string[] },
): Promise<void> {
  const { master, slave, notes } = where;
  expect(await record(app.name)).toMatchObject({ master, slave });
  for (const node of NODES) {
    const page = await through(node, { host, path: '/notes' });
    expect([page.status, page.body]).toEqual([200, notes.map((note) => `text=${note}\n`).join('')]);
  }
  await expectRoles(app);
}
