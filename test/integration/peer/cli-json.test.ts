import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { cliPage } from '../../../docs/generate/cli-page.ts';
import { verbs } from '../../../src/cli/verbs.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { version } from '../../../src/version.ts';
import { at, certificates, covey, messages, plan, shop, start, useCertificates } from './cli-runs.ts';

useCertificates();

/** A verb with what the peer answers, and the last line that has to come of it. */
interface Case {
  readonly args: readonly string[];
  readonly answers: Partial<Handlers['Cluster']>;
  readonly last: object;
}

async function* operation() {
  yield* messages;
}
const done = { outcome: { app: plan.app, deployId: 'id-1', generation: 42, silentNodes: ['node3'] } };

/** Those that ask a peer. */
const asking: Record<string, Case> = {
  deploy: { args: [...shop, '--master', 'node1'], answers: { Deploy: operation }, last: done },
  destroy: { args: [...shop, '--yes'], answers: { Destroy: operation }, last: done },
  move: {
    args: ['shop', '--to', 'node2'],
    answers: { Apps: async () => ({ apps: [{ name: 'shop', master: 'node1' }] }), Deploy: operation },
    last: done,
  },
  drain: {
    args: ['n', '--yes'],
    answers: {
      Apps: async () => ({}),
      Nodes: async () => ({ nodes: [{ name: 'n', state: 'alive' }] }),
    },
    last: { node: 'n', moves: [], replicas: [], services: [], moved: [], failed: [] },
  },
  drill: {
    args: ['shop', '--redeploy-only', '--plan'],
    answers: {
      Apps: async () => ({ apps: [{ name: 'shop', master: 'n', urls: ['http://shop.lab'] }] }),
      Nodes: async () => ({ nodes: [{ name: 'n', state: 'alive' }] }),
    },
    last: { app: 'shop', sites: ['http://shop.lab/'], rate: 50, all: { requests: 0 }, failures: [] },
  },
  leave: { args: ['n'], answers: { Leave: async () => ({ node: 'n' }) }, last: { node: 'n' } },
  remove: { args: ['n'], answers: { RemoveNode: async () => ({ node: 'n' }) }, last: { node: 'n' } },
  maintenance: {
    args: ['on', 'shop'],
    answers: { Maintenance: async () => ({}) },
    last: { app: 'shop', maintenance: true },
  },
  apps: {
    args: [],
    answers: { Apps: async () => ({ apps: [{ name: 'a' }] }) },
    last: { apps: [{ name: 'a' }] },
  },
  app: {
    args: ['shop'],
    answers: { App: async () => ({ app: { name: 'shop' } }) },
    last: { app: { name: 'shop' }, nodes: [], containers: [], volumes: [], releases: [], problems: [] },
  },
  nodes: { args: [], answers: { Nodes: async () => ({ nodes: [] }) }, last: { nodes: [] } },
  status: {
    args: [],
    answers: { Status: async () => ({}) },
    last: { nodes: [], problems: [], notices: [], balanced: [] },
  },
  watch: {
    args: ['shop', '--kind', 'node'],
    answers: {
      async *Watch() {
        yield { kind: 'node.back', at: 1, node: 'node2', text: 'node2 is back', details: { a: 'b' } };
      },
    },
    last: { kind: 'node.back', at: 1, app: '', node: 'node2', text: 'node2 is back', details: { a: 'b' } },
  },
  logs: {
    args: ['shop'],
    answers: {
      async *Logs() {
        yield { service: 'web', container: 'shop-web-1', stream: 'STDERR', line: Buffer.from('oh') };
      },
    },
    last: { service: 'web', container: 'shop-web-1', stream: 'STDERR', time: '', line: 'oh', partial: false },
  },
  exec: {
    args: ['shop', 'ls'],
    answers: {
      async *Exec() {
        yield { exitCode: 0 };
      },
    },
    last: { exitCode: 0 },
  },
  volumes: { args: [], answers: { Volumes: async () => ({}) }, last: { volumes: [], retention: [] } },
  snapshots: {
    args: ['shop'],
    answers: { Snapshots: async () => ({}) },
    last: { snapshots: [], problems: [] },
  },
  snapshot: { args: ['shop'], answers: { Snapshot: operation }, last: done },
  restore: { args: ['shop', '--yes'], answers: { Restore: operation }, last: done },
  clone: { args: ['shop', '--volume', 'db', '--to', 'x'], answers: { Clone: operation }, last: done },
  migrate: { args: ['p', 'q', '--yes'], answers: { Migrate: operation }, last: done },
  releases: { args: ['shop'], answers: { Releases: async () => ({}) }, last: { releases: [], problem: '' } },
  history: { args: [], answers: { History: async () => ({}) }, last: { operations: [], problems: [] } },
  event: {
    args: ['destroy', '{"repo":"r"}'],
    answers: {
      async *Event() {
        yield { id: 'e-1', name: 'destroy', state: 'fired' };
      },
    },
    last: { id: 'e-1', name: 'destroy', state: 'fired', apps: [] },
  },
  rollback: { args: ['shop', '--yes'], answers: { Rollback: operation }, last: done },
  render: { args: [], answers: { Render: async () => ({ node: 'n' }) }, last: { node: 'n', files: [] } },
  doctor: { args: [], answers: { Doctor: async () => ({}) }, last: { findings: [] } },
};

/** Those that ask nobody, or are asked of each peer, and are tried below. */
const others = ['health', 'check', 'ca', 'completion', 'version'];

test('each verb is tried', () => {
  const names = verbs().map((verb) => verb.name());
  expect([...Object.keys(asking), ...others].sort()).toEqual(names.sort());
});

/** Each line as the JSON that it has to be. */
const lines = (text: string): unknown[] => text.split('\n').map((line) => JSON.parse(line));

/** The page says of a document that is no message of the API which keys it has. */
function expectDescribed(verb: string, document: unknown): void {
  expect(cliPage()).toContain(`- \`${verb}\`: \`{${Object.keys(document as object).join(', ')}}\``);
}

describe.each(Object.entries(asking))('%s --json', (verb, { args, answers, last }) => {
  test('ends with the result', async () => {
    const served = await start(answers);
    const { stdout, stderr, exitCode } = await covey([verb, ...args, '--json', ...at(served)]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(lines(stdout).at(-1)).toMatchObject(last);
    expect(lines(stdout)).toHaveLength(last === done ? messages.length : 1);
    if (['drain', 'drill', 'maintenance'].includes(verb)) expectDescribed(verb, lines(stdout)[0]);
  });

  test('tells an error as JSON, with the same exit status', async () => {
    const served = await start({});
    const { stdout, stderr, exitCode } = await covey([verb, ...args, '--json', ...at(served)]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 72 });
    expect(lines(stderr)).toEqual([{ error: { code: 'refused', message: 'not in this test' } }]);
  });
});

test('health has every peer in one document, and one that does not answer is an error', async () => {
  const [one, away] = [await start({}), await start({})];
  await away.stop(0);
  const { stdout, stderr, exitCode } = await covey(['health', '--json', ...at(away), ...at(one)]);
  expect(lines(stdout)).toEqual([
    {
      peers: [
        { peer: `127.0.0.1:${away.port}`, status: 'no answer' },
        { peer: `127.0.0.1:${one.port}`, status: 'SERVING' },
      ],
    },
  ]);
  expectDescribed('health', lines(stdout)[0]);
  expect(exitCode).toBe(69);
  expect(lines(stderr)).toMatchObject([{ error: { code: 'unavailable' } }]);
});

test('ca tells the files that it wrote, and what is in its way', async () => {
  const dir = certificates.dir('json');
  const init = ['ca', 'init', '--dir', dir, '--json'];
  const made = await covey(init);
  expect(lines(made.stdout)).toEqual([{ cert: `${dir}/ca.pem`, key: `${dir}/ca.key` }]);
  expectDescribed('ca', lines(made.stdout)[0]);
  const issued = await covey(['ca', 'issue', 'node9', '--dir', dir, '--out', `${dir}/n9`, '--json']);
  expect(lines(issued.stdout)).toEqual([{ cert: `${dir}/n9/node.pem`, key: `${dir}/n9/node.key` }]);
  const like = `${dir}/node1.env`;
  await writeFile(like, 'ADDRESS=10.0.0.1\n');
  const bundle = ['ca', 'bundle', 'node9', '--address', '10.0.0.9', '--like', like, '--dir', dir];
  const bundled = await covey([...bundle, '--out', `${dir}/node9.join`, '--json']);
  expect(lines(bundled.stdout)).toEqual([{ bundle: `${dir}/node9.join` }]);
  expect(cliPage()).toContain('`ca bundle`: `{bundle}`');
  const again = await covey(init);
  expect(again).toMatchObject({ exitCode: 73, stdout: '' });
  expect(lines(again.stderr)).toEqual([
    { error: { code: 'conflict', message: expect.any(String), hint: expect.stringContaining('--force') } },
  ]);
});

test('ca root asks a peer', async () => {
  const root = {
    certificate: 'PEM\n',
    fingerprint: 'AA:BB',
    node: 'node1',
    since: '2026-03-01T10:00:00.000Z',
  };
  const served = await start({ RootCertificate: async () => root });
  const { stdout, exitCode } = await covey(['ca', 'root', '--json', ...at(served)]);
  expect([lines(stdout), exitCode]).toEqual([[root], 0]);
  expect(await covey(['ca', 'root', ...at(served)])).toMatchObject({ stdout: 'PEM', exitCode: 0 });
  const refused = await covey(['ca', 'root', ...at(await start({}))]);
  expect(refused).toMatchObject({ stdout: '', exitCode: 72 });
});

test('check tells as JSON why it could not, and keeps its exit status', async () => {
  const { stderr, exitCode } = await covey(['check', '/nowhere', '--json']);
  expect(exitCode).toBe(2);
  expect(lines(stderr)).toMatchObject([{ error: { code: 'not-found' } }]);
});

test('completion and version are documents too', async () => {
  const { stdout } = await covey(['completion', 'bash', '--json']);
  expect(lines(stdout)).toEqual([{ shell: 'bash', script: expect.stringContaining('complete -F') }]);
  expectDescribed('completion', lines(stdout)[0]);
  const served = await start({ Nodes: async () => ({ nodes: [{ name: 'node1', version: '1.2.3' }] }) });
  const asked = await covey(['version', '--json', ...at(served)]);
  expect(lines(asked.stdout)).toEqual([{ version, nodes: [{ name: 'node1', version: '1.2.3' }] }]);
  expectDescribed('version', lines(asked.stdout)[0]);
  const alone = await covey(['version', '--json', '--tls-dir', '/nowhere']);
  expect(lines(alone.stdout)).toEqual([
    { version, nodes: [], problem: expect.stringContaining('is missing') },
  ]);
});

test.each([
  [[], 'The command line names no verb'],
  [['deploy', 'repo'], "required option '--master <node>' not specified"],
  [['nope'], "unknown command 'nope'"],
])('%j is told as JSON to be wrong', async (args, message) => {
  const { stdout, stderr, exitCode } = await covey([...args, '--json']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 64 });
  const error = { code: 'usage', message: expect.stringContaining(message), hint: expect.any(String) };
  expect(lines(stderr)).toEqual([{ error }]);
});
