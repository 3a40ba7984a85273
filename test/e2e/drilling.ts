import { expect } from 'vitest';
import { z } from 'zod';
import { sign } from './placement.ts';
import {
  covey,
  deploy,
  destroy,
  eventually,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  rootCertificate,
  through,
} from './support.ts';

/** Site of the app that is drilled. */
export const HOST = 'drill.lab';
const OPTIONS = ['--yes', '--json', '--path', '/release', '--rate', '60'];

const drillSchema = z.object({
  sites: z.array(z.string()),
  phases: z.array(z.object({ phase: z.string(), master: z.string(), state: z.string() })),
  all: z.object({ requests: z.number(), failed: z.number() }),
  nodes: z.array(z.object({ node: z.string(), requests: z.number(), failed: z.number() })),
  failures: z.array(z.unknown()),
});

/** The app, on node1 with its replica on node2, with a note `one` in its data. */
export async function drilledApp(): Promise<PublishedApp> {
  const app = await publish('drill');
  await destroy(app.http);
  await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
  const ca = await rootCertificate('node1');
  await eventually(
    () => through('node1', { host: HOST, path: '/release', ca }),
    ({ status }) => status === 200,
  );
  await sign('node3', HOST, 'one');
  return app;
}

export async function allAreBack(): Promise<void> {
  for (const node of NODES)
    await eventually(
      () => covey(node, 'nodes'),
      ({ stdout }) => stdout.split(' alive ').length === NODES.length + 1 && !stdout.includes('no answer'),
      180_000,
    );
}

/** A drill by the command of one machine, which tells each line of its progress. */
export async function drill(
  app: PublishedApp,
  node: NodeName,
  more: readonly string[] = [],
  onLine?: (line: string) => void,
) {
  const argv = ['covey', 'drill', app.name, ...OPTIONS, ...more];
  const { stdout, stderr, exitCode } = await on(node, argv, onLine && { onLine });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  // A drill that did not even begin says only why.
  if (!last.includes('"phases"')) throw new Error(`${exitCode}: ${stdout}${stderr}`);
  return { report: drillSchema.parse(JSON.parse(last)), stderr, exitCode };
}

/** All was done, and no request failed, by none of the nodes. */
export function expectUnnoticed(
  { report, stderr, exitCode }: Awaited<ReturnType<typeof drill>>,
  host = HOST,
): void {
  const { failures, all, phases, sites, nodes } = report;
  expect({ failures, failed: all.failed, stderr, exitCode }).toEqual({
    ...{ failures: [], failed: 0, stderr: '', exitCode: 0 },
  });
  expect(phases.filter(({ state }) => state !== 'done')).toEqual([]);
  expect(sites).toEqual([`http://${host}/release`, `https://${host}/release`]);
  expect(nodes.map(({ node }) => node)).toEqual([...NODES]);
  for (const { requests } of nodes) expect(requests).toBeGreaterThan(50);
}
