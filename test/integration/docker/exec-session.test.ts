import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { relayToDocker } from './relay.ts';
import { dockerTools, TINY_IMAGE } from './support.ts';

// Containers start and stop in seconds on a busy machine of two cores.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const name = `covey-exec-${randomBytes(3).toString('hex')}`;
const undos: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  await dockerTools();
}, 300_000);
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo();
});

/** A command in a container. */
async function session(
  script: string,
  { signal = new AbortController().signal, socket }: { signal?: AbortSignal; socket?: string } = {},
) {
  await run('docker', ['run', '--detach', '--name', name, TINY_IMAGE, '/bin/sleep', '600']);
  undos.push(() => run('docker', ['rm', '--force', name]));
  const engine = makeEngine(socket === undefined ? {} : { socket });
  const argv = ['/bin/sh', '-c', script];
  return engine.openExec(name, { argv, tty: false, environment: [], user: '', name, signal });
}

/** Connections to Docker that this process holds. */
const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
/** More than lies anywhere on the way: who sends it waits. */
const LARGE = Buffer.alloc(8 * 1024 * 1024);

it('a command whose connection breaks is no success', async () => {
  const relay = await relayToDocker();
  undos.push(() => relay.close());
  const running = await session('echo begun; sleep 600', { socket: relay.socket });
  const filled = running.write(LARGE);
  for await (const { data } of running.output) {
    expect(`${data}`).toBe('begun\n');
    relay.cut();
  }
  await filled;
  await expect(running.exitCode()).rejects.toMatchObject({
    code: 'failed',
    message: `/bin/sh in container ${name} goes on, but its output was lost`,
  });
  running.close();
});

it('what is let go of leaves no connection, even where nobody reads its input', async () => {
  const before = connections();
  const running = await session('sleep 600');
  const filled = running.write(LARGE);
  expect(connections()).toBeGreaterThan(before);
  running.close();
  await filled;
  await vi.waitFor(() => expect(connections()).toBeLessThanOrEqual(before), 10_000);
});

it('an abort ends the output, and leaves no connection', async () => {
  const before = connections();
  const controller = new AbortController();
  const running = await session('echo begun; sleep 600', controller);
  const reading = (async () => {
    for await (const _ of running.output) controller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  running.close();
  await vi.waitFor(() => expect(connections()).toBeLessThanOrEqual(before), 10_000);
});
