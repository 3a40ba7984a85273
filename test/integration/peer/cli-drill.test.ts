import { execa } from 'execa';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { at, certificates, covey, main, useCertificates } from './cli-runs.ts';
import { broken, shop, startCluster } from './drill-nodes.ts';

useCertificates();

let cluster: Awaited<ReturnType<typeof startCluster>> | undefined;
afterEach(async () => {
  await cluster?.end();
  cluster = undefined;
});

/** A cluster, and a drill of its app. */
async function drilling(...given: Parameters<typeof startCluster>) {
  cluster = await startCluster(...given);
  const args = ['drill', 'shop', ...at(cluster.served)];
  return { ...cluster, args, drill: (...more: string[]) => covey([...args, ...more]) };
}

const lines = (text: string) => text.split('\n').map((line) => JSON.parse(line));

describe('drill', () => {
  test('tells what it would do, and asks nobody for the site', async () => {
    const { requests, nodes, drill } = await drilling();
    expect(await drill('--plan', '--rate', '200', '--path', '/up')).toMatchObject({
      exitCode: 0,
      stdout: [
        'shop: 200 requests a second for http://shop.lab/up and https://shop.lab/up, through node1, node2 and node3, while it',
        '   1  is deployed again on node1',
        '   2  is moved to node2',
        '   3  is moved back to node1',
      ].join('\n'),
    });
    expect([requests, nodes.map(({ seen }) => seen)]).toEqual([[], [0, 0, 0]]);
  });

  test('deploys the same commit again, there and back, and no request fails', async () => {
    const { requests, nodes, deploys, drill } = await drilling();
    const { stdout, stderr, exitCode } = await drill('--yes');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(deploys()).toEqual(['node1/node2', 'node2/node1', 'node1/node2']);
    for (const request of requests) expect(request).toMatchObject({ sameCommit: true, fromReplica: false });
    expect(requests.map(({ wait }) => wait)).toEqual([false, true, true]);
    expect(stdout).toMatch(/\nshop: again on node1\nPlan: (.*\n)+.*done, generation 42/);
    expect(stdout).toMatch(/\nmove back to node1 +\d+ +0 +\d+ +\d+ ms +.* 1\.5 MB\nall /);
    expect(stdout.split('\n').at(-1)).toBe('No request failed.');
    for (const { seen } of nodes) expect(seen).toBeGreaterThan(40);
  });

  test('as JSON ends with what became of it, and exits with 1 where a request failed', async () => {
    const { nodes, drill } = await drilling(shop(), async (turn) => {
      const node2 = nodes.find(({ name }) => name === 'node2');
      if (turn !== 2 || !node2) return;
      const visited = async () => {
        const { seen } = node2;
        await vi.waitFor(() => expect(node2.seen).toBeGreaterThan(seen + 5), 10_000);
      };
      // Those that began in the phase before have ended then.
      await visited();
      node2.status = 503;
      await visited();
      node2.status = 200;
    });
    const { stdout, exitCode } = await drill('--yes', '--json', '--to', 'node3', '--rate', '100');
    expect(exitCode).toBe(1);
    const last = lines(stdout).at(-1);
    const counts = { retried: expect.any(Number), p99Ms: expect.any(Number), longestMs: expect.any(Number) };
    const phase = (name: string, master: string, failed: unknown) => ({
      ...{ phase: name, master, slave: 'node2', state: 'done', requests: expect.any(Number), failed },
      ...{ operationMs: expect.any(Number), sentBytes: 1_500_000, ...counts },
    });
    const some = expect.any(Number);
    expect(last).toEqual({
      ...{ app: 'shop', sites: ['http://shop.lab/', 'https://shop.lab/'], rate: 100 },
      phases: [phase('redeploy', 'node1', 0), phase('there', 'node3', some), phase('back', 'node1', 0)],
      all: { requests: some, failed: some, ...counts },
      nodes: ['node1', 'node2', 'node3'].map((node) => ({ node, requests: some, failed: some })),
      failures: expect.any(Array),
    });
    expect(last.all.failed).toBeGreaterThan(4);
    expect(last.nodes.map(({ failed }: { failed: number }) => failed > 0)).toEqual([false, true, false]);
    expect(last.failures[0]).toMatchObject({
      ...{ phase: 'there', node: 'node2', problem: '503 instead of 200' },
    });
  });

  test('ends with a move that fails, whose app is where it was', async () => {
    const { deploys, drill } = await drilling(shop(), async (turn) => (turn === 2 ? broken() : undefined));
    const { stdout, stderr, exitCode } = await drill('--yes');
    expect({ exitCode, stderr }).toEqual({
      ...{ exitCode: 69, stderr: 'covey: no way to node2\nLook at the cable.' },
    });
    expect(deploys()).toEqual(['node1/node2', 'node2/node1']);
    expect(stdout).toMatch(/\nmove to node2 \(failed\) .*\nmove back to node1 \(not done\) +0 /);
  });

  test('brings the app back once more where the way back fails', async () => {
    const { deploys, drill } = await drilling(shop(), async (turn) => (turn === 3 ? broken() : undefined));
    const { stdout, stderr, exitCode } = await drill('--yes');
    expect({ exitCode, stderr }).toEqual({
      ...{ exitCode: 69, stderr: 'covey: no way to node2\nLook at the cable.' },
    });
    expect(deploys()).toEqual(['node1/node2', 'node2/node1', 'node1/node2', 'node1/node2']);
    expect(stdout).toMatch(/\n\nshop: back to node1\n/);
  });

  test('says how the app comes back where it cannot bring it', async () => {
    const app = shop({ slave: '' });
    const { drill } = await drilling(app, async (turn) => (turn >= 3 ? broken() : undefined));
    const { stderr, exitCode } = await drill('--yes', '--json');
    expect(exitCode).toBe(69);
    const how = 'covey move shop --to node1 --no-slave --same-commit';
    const hint = `Look at the cable. shop could not be brought back to node1 (no way to node2): ${how}`;
    expect(lines(stderr)).toEqual([{ error: { code: 'unavailable', message: 'no way to node2', hint } }]);
  });

  test('ends with Ctrl-C: load and operation end, and it says how the app comes back', async () => {
    const begun = Promise.withResolvers<void>();
    const { deploys, drill } = await drilling(shop(), async (turn) => {
      if (turn < 2) return;
      begun.resolve();
      await new Promise(() => {});
    });
    const running = drill('--yes');
    await begun.promise;
    running.kill('SIGINT');
    const { exitCode, stderr, stdout } = await running;
    const how = 'covey move shop --to node1 --slave node2 --same-commit';
    const hint = `Unless covey app shop says that it is on node1: ${how}`;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: `covey: Interrupted\n${hint}` });
    expect(stdout.split('\n').at(-1)).toBe('No request failed.');
    expect(deploys()).toHaveLength(2);
  });

  test('is given up after the time that it may take', async () => {
    const { deploys, drill } = await drilling(shop(), () => new Promise(() => {}));
    const { exitCode, stderr } = await drill('--redeploy-only', '--yes', '--longest', '2s');
    expect(exitCode).toBe(124);
    expect(stderr).toMatch(/^covey: The drill was not over after 2s\.\nGive it longer with --longest\./);
    expect(deploys()).toHaveLength(1);
  });

  test('does not begin where a node does not serve the app', async () => {
    const { requests, nodes, drill } = await drilling();
    await nodes[2]?.close();
    expect(await drill('--yes')).toMatchObject({
      exitCode: 69,
      stderr: expect.stringMatching(
        /^covey: https?:\/\/shop\.lab\/ through node3: the connection was refused\n/,
      ),
    });
    expect(requests).toEqual([]);
  });

  test.each([
    [shop({ urls: ['http://10.0.0.1'] }), 'shop has no site that visitors could be sent to.', 72],
    [shop({ maintenance: true }), 'shop is in maintenance.', 72],
    [shop({ error: 'not JSON' }), 'not JSON', 65],
  ])('is refused for %j', async (app, message, status) => {
    const { drill } = await drilling(app);
    const { stderr, exitCode } = await drill('--yes');
    expect({ exitCode, said: stderr.split('\n')[0] }).toEqual({
      exitCode: status,
      said: `covey: ${message}`,
    });
  });

  test.each([
    ['--rate', '1001', 'It is 1000 at most.'],
    ['--rate', '0', 'It is a whole number from 1 on.'],
    ['--path', 'up', 'It begins with "/"'],
    ['--longest', '2d', 'It is a day at most.'],
  ])('takes no %s %s', async (option, value, message) => {
    const { stderr, exitCode } = await covey(['drill', 'shop', '--yes', option, value]);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(message);
  });

  test('on a terminal asks, with the plan before it', async () => {
    const { requests, args, drill } = await drilling();
    expect(await drill()).toMatchObject({ exitCode: 65 });
    const command = [process.execPath, main, ...args].join(' ');
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      input: 'n\n',
      env: { COVEY_TLS_DIR: certificates.dir('alice'), TERM: 'dumb' },
    });
    expect(stdout).toMatch(/is moved back to node1\s+Drill it\? \[y\/N\]/);
    expect(requests).toEqual([]);
  });
});
