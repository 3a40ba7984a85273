import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as lab from '../../lab/lab.ts';
import { expectAt, sign } from './placement.ts';
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
  record,
  rootCertificate,
  through,
} from './support.ts';

const HOST = 'drill.lab';
const OPTIONS = ['--yes', '--json', '--path', '/release', '--rate', '60'];
let app: PublishedApp;

const drillSchema = z.object({
  sites: z.array(z.string()),
  phases: z.array(z.object({ phase: z.string(), master: z.string(), state: z.string() })),
  all: z.object({ requests: z.number(), failed: z.number() }),
  nodes: z.array(z.object({ node: z.string(), requests: z.number(), failed: z.number() })),
  failures: z.array(z.unknown()),
});

beforeAll(async () => {
  app = await publish('drill');
  await destroy(app.http);
  await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
  const ca = await rootCertificate('node1');
  await eventually(
    () => through('node1', { host: HOST, path: '/release', ca }),
    ({ status }) => status === 200,
  );
  await sign('node3', HOST, 'one');
});
afterAll(async () => {
  await lab.heal('node3');
  await allAreBack();
  await destroy(app.http);
});

async function allAreBack(): Promise<void> {
  for (const node of NODES)
    await eventually(
      () => covey(node, 'nodes'),
      ({ stdout }) => stdout.split(' alive ').length === NODES.length + 1 && !stdout.includes('no answer'),
      180_000,
    );
}

/** A drill by the command of one machine, which tells each line of its progress. */
async function drill(node: NodeName, more: readonly string[] = [], onLine?: (line: string) => void) {
  const argv = ['covey', 'drill', app.name, ...OPTIONS, ...more];
  const { stdout, stderr, exitCode } = await on(node, argv, onLine && { onLine });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  // A drill that did not even begin says only why.
  if (!last.includes('"phases"')) throw new Error(`${exitCode}: ${stdout}${stderr}`);
  return { report: drillSchema.parse(JSON.parse(last)), stderr, exitCode };
}

/** All was done, and no request failed, by none of the nodes. */
function expectUnnoticed({ report, stderr, exitCode }: Awaited<ReturnType<typeof drill>>): void {
  const { failures, all, phases, sites, nodes } = report;
  expect({ failures, failed: all.failed, stderr, exitCode }).toEqual({
    ...{ failures: [], failed: 0, stderr: '', exitCode: 0 },
  });
  expect(phases.filter(({ state }) => state !== 'done')).toEqual([]);
  expect(sites).toEqual([`http://${HOST}/release`, `https://${HOST}/release`]);
  expect(nodes.map(({ node }) => node)).toEqual([...NODES]);
  for (const { requests } of nodes) expect(requests).toBeGreaterThan(50);
}

describe('no request fails by any node, by HTTP and by HTTPS,', () => {
  it('while an app is deployed again, and changes places with its slave and back', async () => {
    expectUnnoticed(await drill('node1'));
    await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
  });

  it('while it is moved to a third node and back', async () => {
    expectUnnoticed(await drill('node2', ['--to', 'node3']));
    await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
  });
});

it('while a node is cut off that has no part in the move, none fails by the others', async () => {
  const plans: string[] = [];
  const moving = Promise.withResolvers<void>();
  // The first plan is that of the redeploy.
  const drilling = drill('node1', [], (line) => {
    if (line.startsWith('{"plan"') && plans.push(line) === 2) moving.resolve();
  });
  await Promise.race([moving.promise, drilling]);
  await lab.partition('node3');
  const { report, stderr, exitCode } = await drilling;
  expect(report.nodes.filter(({ node, failed }) => node !== 'node3' && failed > 0)).toEqual([]);
  if (report.phases.every(({ state }) => state === 'done')) {
    expect([0, 1]).toContain(exitCode);
    expect(stderr).toBe('');
    expect(await record(app.name)).toMatchObject({ master: 'node1', slave: 'node2' });
  } else {
    const { error } = JSON.parse(stderr) as { error: { message: string; hint?: string } };
    expect(error.message).toMatch(/node3|Consul|leader|lock|session/i);
    const now = await record(app.name);
    if (now?.master !== 'node1') expect(error.hint).toContain(`covey move ${app.name} --to node1`);
  }
  await lab.heal('node3');
  await allAreBack();
  await eventually(
    () => through('node3', { host: HOST, path: '/notes' }),
    ({ status, body }) => status === 200 && body === 'text=one\n',
  );
}, 600_000);
