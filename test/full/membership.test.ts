import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateFolder } from '../../lab/identity.ts';
import * as lab from '../../lab/lab.ts';
import { makeBundle } from '../../src/cli/bundle.ts';
import { sign } from '../e2e/placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from '../e2e/support.ts';
import { visiting } from '../e2e/visiting.ts';

/** The fourth machine. */
const NEW = 'node4';
const HOST = 'membership.lab';
const STAYS = 'membership-stays.lab';
const options = { log: (line: string) => process.stderr.write(`lab: ${line}\n`) };

let app: PublishedApp;
let stays: PublishedApp;
let visits: ReturnType<typeof visiting>;

/** What a node says of the fourth one: its state in Consul, or that there is no such node. */
const stateOf = async (node: string): Promise<string> => {
  const said = JSON.parse(await must(node, 'covey', 'nodes', '--json')) as {
    nodes: { name: string; state: string; silent: boolean }[];
  };
  const found = said.nodes.find(({ name }) => name === NEW);
  if (found === undefined) return 'none';
  return found.state === 'alive' && !found.silent ? 'alive answers' : found.state;
};
const everyoneSays = async (state: string) => {
  for (const node of NODES)
    await eventually(
      () => stateOf(node),
      (said) => said === state,
    );
};

/** Until the fourth machine has no Consul any more, which Docker would start again. */
const consulIsGone = () =>
  eventually(
    () => must(NEW, 'docker', 'ps', '--all', '--format', '{{.Names}}'),
    (names) => !names.includes('covey-consul'),
  );

/** How many servers Consul counts its majority of. */
const servers = async () => {
  const said = await must('node1', 'curl', '-s', 'http://127.0.0.1:8500/v1/status/peers');
  return (JSON.parse(said) as string[]).length;
};

/** What the new machine joins with, as its operator makes it. */
async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-e2e-'));
  try {
    const like = join(folder, 'node1.env');
    await writeFile(like, await must('node1', 'cat', '/etc/covey/node.env'), { mode: 0o600 });
    const dir = join(stateFolder, 'ca');
    const address = await lab.address(NEW);
    const file = await makeBundle({ name: NEW, address, like, dir, out: join(folder, 'join'), force: false });
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

const notes = async (...nodes: string[]) => {
  for (const node of nodes) {
    const page = await eventually(
      () => through(node, { host: HOST, path: '/notes' }),
      ({ status }) => status === 200,
    );
    expect([node, page.body]).toEqual([node, 'text=one\n']);
  }
};

beforeAll(async () => {
  app = await publish('membership');
  stays = await publish('membership-stays', { compose: composeFile(STAYS) });
  await destroy(app.http);
  await destroy(stays.http);
  await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
  await deploy('node1', stays.http, '--master', 'node2');
  await sign('node2', HOST, 'one');
  visits = visiting(STAYS, '/release');
});
afterAll(async () => {
  await visits?.end();
  await destroy(app.http);
  await destroy(stays.http);
  // Also where a test failed: nobody else expects a fourth one.
  if ((await lab.machineNames()).includes(NEW)) await lab.remove(NEW, options);
  await eventually(
    () => stateOf('node1'),
    (said) => !said.startsWith('alive'),
  );
  while ((await stateOf('node1')) !== 'none') await must('node1', 'covey', 'remove', NEW);
});

describe('a fourth machine', () => {
  it('joins by one command, and takes an app with its data', async () => {
    await lab.up(4, options);
    await everyoneSays('alive answers');
    expect(await servers()).toBe(4);
    await must('node3', 'covey', 'move', app.name, '--to', NEW, '--slave', 'node1');
    expect(await record(app.name)).toMatchObject({ master: NEW, slave: 'node1' });
    await notes(...NODES, NEW);
  });

  it('does not leave, and is not removed, while an app is on it', async () => {
    const leaving = await covey('node2', 'leave', NEW);
    expect([leaving.exitCode, leaving.stderr]).toEqual([
      72,
      expect.stringContaining(`${NEW} is master of ${app.name}.`),
    ]);
    const removing = await covey('node2', 'remove', NEW);
    expect([removing.exitCode, removing.stderr]).toEqual([72, expect.stringContaining(`${NEW} is alive.`)]);
    await everyoneSays('alive answers');
  });

  it('is emptied and leaves, and nobody waits for it', async () => {
    await must('node3', 'covey', 'drain', NEW, '--replicas', '--yes');
    const { master } = (await record(app.name)) ?? {};
    expect(master).toBe('node1');
    expect(await must('node2', 'covey', 'leave', NEW)).toContain(`${NEW} has left the cluster.`);
    await everyoneSays('left');
    expect(await servers()).toBe(3);
    await consulIsGone();
    const deployed = await covey(
      'node3',
      'deploy',
      app.http,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
      '--json',
    );
    const outcome = JSON.parse(deployed.stdout.trim().split('\n').at(-1) ?? '') as { outcome: object };
    expect(outcome).toMatchObject({ outcome: { silentNodes: [] } });
    expect((await covey('node1', 'status')).stdout).not.toContain(NEW);
    await notes(...NODES);
  });

  it('joins anew by the one file that is made for it, and leaves when it is asked itself', async () => {
    await must(NEW, 'docker', 'compose', '--project-directory', '/opt/covey', 'down');
    await must(NEW, 'sh', '-c', 'rm -r /etc/covey/tls /etc/covey/node.env /etc/covey/consul');
    await on(NEW, ['sh', '-c', 'umask 77; cat > /root/node4.join'], { input: await bundle() });
    await must(NEW, '/opt/covey/node/install.sh', '--bundle', '/root/node4.join', '--start');
    await everyoneSays('alive answers');
    expect(await servers()).toBe(4);
    await must(NEW, 'covey', 'leave', NEW);
    await consulIsGone();
    await everyoneSays('left');
    expect(await servers()).toBe(3);
  });

  it('goes off the list', async () => {
    await lab.remove(NEW, options);
    await must('node3', 'covey', 'remove', NEW);
    await everyoneSays('none');
  });
});

describe('another fourth machine', () => {
  it('is lost for good while it has a replica', async () => {
    await lab.up(4, options);
    await everyoneSays('alive answers');
    await deploy('node3', app.http, '--master', 'node1', '--slave', NEW);
    await lab.remove(NEW, options);
    await everyoneSays('failed');
    const { exitCode, stderr } = await covey('node2', 'remove', NEW);
    expect([exitCode, stderr]).toEqual([72, expect.stringContaining(`${NEW} is slave of ${app.name}.`)]);
  });

  it('is removed, and nobody waits for it', async () => {
    await deploy('node3', app.http, '--master', 'node1');
    expect(await must('node2', 'covey', 'remove', NEW)).toContain(
      `${NEW} is no node of the cluster any more.`,
    );
    await everyoneSays('left');
    expect(await servers()).toBe(3);
    await eventually(
      () => must('node3', 'covey', 'status'),
      (said) => said.includes('All is well.'),
    );
    await notes(...NODES);
  });
});

it('the app that nobody touched was there all the time, for who came by any node', async () => {
  const { failed, served } = await visits.end();
  expect(failed).toEqual([]);
  for (const node of NODES) expect(served[node]).toBeGreaterThan(20);
});
