import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { commitBefore } from '../../lab/past-peer.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type PublishedApp,
  publish,
  record,
  through,
} from '../e2e/support.ts';
import { visiting } from '../e2e/visiting.ts';

/** The node that is upgraded last. */
const OLD = 'node3';
const options = { log: (line: string) => process.stderr.write(`lab: ${line}\n`) };
const STAYS = 'upgrade.lab';
const GOES = 'upgrade-deployed.lab';

let stays: PublishedApp;
let deployed: PublishedApp;
let untouched: string;
let visits: ReturnType<typeof visiting>;

/** Every container of the app that is left alone, and when it was started. */
const started = async () => {
  const project = `label=com.docker.compose.project=${stays.project}`;
  const ids = (await must(OLD, 'docker', 'ps', '--quiet', '--filter', project)).split('\n').filter(Boolean);
  return must(OLD, 'docker', 'inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...ids);
};

const peerImage = (node: string) => must(node, 'docker', 'inspect', '--format', '{{.Image}}', 'covey-peer');

const allIsWell = (node: string) =>
  eventually(
    () => must(node, 'covey', 'status'),
    (said) => said.includes('All is well.'),
  );

beforeAll(async () => {
  const before = await commitBefore();
  stays = await publish('upgrade');
  deployed = await publish('upgrade-deployed', { compose: composeFile(GOES) });
  await destroy(stays.http);
  await destroy(deployed.http);
  await deploy('node1', stays.http, '--master', OLD, '--slave', 'node1');
  untouched = await started();
  visits = visiting(STAYS, '/release');
  await lab.bringCommit(OLD, before, options);
});
afterAll(async () => {
  await visits?.end();
  await lab.reload(options);
  await destroy(stays.http);
  await destroy(deployed.http);
});

describe('a node whose peer is of the commit before', () => {
  it('runs another peer than the others, and its app has not been touched', async () => {
    expect(await peerImage(OLD)).not.toBe(await peerImage('node1'));
    expect(await started()).toBe(untouched);
  });

  it.each(NODES)('is one of the cluster, as %s says', async (node) => {
    const { nodes } = JSON.parse(await must(node, 'covey', 'nodes', '--json')) as {
      nodes: { state: string }[];
    };
    expect(nodes.filter(({ state }) => state === 'alive')).toHaveLength(3);
    expect(await must(node, 'covey', 'apps')).toContain(stays.name);
    await allIsWell(node);
  });

  it('deploys and moves apps with the others, whichever is asked', async () => {
    const serves = async (release: string) => {
      for (const node of NODES) {
        const page = await through(node, { host: GOES, path: '/release' });
        expect([node, page.status, page.body]).toEqual([node, 200, `${release}\n`]);
      }
    };
    await deploy(OLD, deployed.http, '--master', 'node1', '--slave', OLD);
    await serves('one');
    await publish('upgrade-deployed', { compose: composeFile(GOES), release: 'two' });
    await deploy('node2', deployed.http, '--master', OLD, '--slave', 'node1');
    await serves('two');
    const back = await covey(OLD, 'move', deployed.name, '--to', 'node1');
    expect([back.stderr, back.exitCode]).toEqual(['', 0]);
    expect(await record(deployed.name)).toMatchObject({ master: 'node1', slave: OLD });
    await serves('two');
  });

  it('is upgraded, and all is well', async () => {
    const past = await peerImage(OLD);
    await lab.reload(options);
    for (const node of NODES) expect(await peerImage(node)).not.toBe(past);
    for (const node of NODES) await allIsWell(node);
    await deploy(OLD, deployed.http, '--master', 'node1', '--slave', OLD);
  });
});

it('the app that nobody touched was there all the time, for who came by any node', async () => {
  expect(await started()).toBe(untouched);
  const { failed, served } = await visits.end();
  expect(failed).toEqual([]);
  for (const node of NODES) expect(served[node]).toBeGreaterThan(20);
});
