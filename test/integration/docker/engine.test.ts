import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { CoveyError } from '../../../src/errors.ts';
import { engine, label, project, start, useProject } from './one-project.ts';
import { TINY_IMAGE } from './support.ts';

useProject();

const sleeper = () => start(TINY_IMAGE, '/bin/sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait');

describe('containers', () => {
  it('are seen from their start to their removal', async () => {
    const id = await sleeper();
    const [container] = await engine.containers({ project });
    expect(container).toMatchObject({ id, state: 'running', health: 'none', restarts: 0, image: TINY_IMAGE });
    expect(container?.networks.bridge).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(Date.now() - (container?.startedAt.getTime() ?? 0)).toBeLessThan(60_000);

    await engine.restartContainer(id, { graceSeconds: 1 });
    expect((await engine.containers({ project }))[0]?.startedAt.getTime()).toBeGreaterThan(
      container?.startedAt.getTime() ?? 0,
    );
    await expect(engine.removeContainer(id)).rejects.toMatchObject({ code: 'conflict' });
    for (let i = 0; i < 2; i++) await engine.stopContainer(id, { graceSeconds: 1 });
    expect((await engine.containers({ project }))[0]).toMatchObject({ state: 'exited' });
    for (let i = 0; i < 2; i++) await engine.removeContainer(id);
    expect(await engine.containers({ project })).toEqual([]);
    await engine.stopContainer(id);
    await expect(engine.restartContainer(id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are measured while they run', async () => {
    const id = await start(TINY_IMAGE, '/bin/sh', '-c', 'while :; do :; done');
    const first = await engine.usage(id);
    const cpu = async () => (await engine.usage(id))?.cpu;
    await expect.poll(cpu, { timeout: 30_000 }).toBeGreaterThan((first?.cpu ?? 0) + 50);
    expect(first?.moved).toBeGreaterThanOrEqual(0);
    await engine.stopContainer(id, { graceSeconds: 0 });
    expect(await engine.usage(id)).toBeUndefined();
    await expect(engine.usage('covey-test-none')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are started again by Docker, or stay stopped, as they are told', async () => {
    const id = await start('--restart', 'unless-stopped', TINY_IMAGE, '/bin/sh', '-c', 'sleep 600');
    const restartable = async () => (await engine.containers({ project }))[0]?.restartable;
    for (const policy of ['no', 'unless-stopped'] as const) {
      await engine.setRestartPolicy(id, policy);
      expect(await restartable()).toBe(policy !== 'no');
    }
    await expect(engine.setRestartPolicy('covey-none', 'no')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('run commands, with input and without, and say how they end', async () => {
    const id = await sleeper();
    expect(await engine.exec(id, ['/bin/sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const text = 'x'.repeat(200_000);
    expect((await engine.exec(id, ['/bin/cat'], { input: text })).stdout).toBe(text);
    await expect(engine.exec(id, ['/bin/sleep', '60'], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'timeout',
    });
    const flood =
      'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done | cat';
    await expect(engine.exec(id, ['/bin/sh', '-c', flood])).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/ in container \S+ printed more than 16 MiB$/),
    });
    await engine.stopContainer(id, { graceSeconds: 0 });
    await expect(engine.exec(id, ['/bin/cat'])).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([[[]], [['--tty']]])('tell the end of their log %j', async (flags) => {
    const id = await start(...flags, TINY_IMAGE, '/bin/sh', '-c', 'echo one; echo two; echo three');
    await run('docker', ['wait', id]);
    expect((await engine.logs(id, { lines: 2 })).replaceAll('\r', '')).toBe('two\nthree\n');
    const failing = await start(...flags, TINY_IMAGE, '/bin/sh', '-c', 'echo why >&2; exit 1');
    await run('docker', ['wait', failing]);
    expect((await engine.logs(failing, { lines: 5 })).trim()).toBe('why');
  });
});

describe('watchContainers', () => {
  it('tells changes, also after Docker was gone for a while', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'covey-watch-'));
    const socket = path.join(folder, 'docker.sock');
    const open = new Set<Socket>();
    const relay = createServer((client) => {
      const upstream = connect('/var/run/docker.sock');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        open.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => relay.listen(socket, resolve));
    const controller = new AbortController();
    const errors: CoveyError[] = [];
    const watch = makeEngine({ socket }).watchContainers({
      signal: controller.signal,
      onError: (error) => errors.push(error),
    });
    const next = async (state: string | undefined) => {
      for (;;) {
        const { value, done } = await watch.next();
        if (done) throw new Error(`the watch ended before ${state}`);
        if (value.find((one) => one.project === project)?.state === state) return;
      }
    };
    await next(undefined);
    const id = await sleeper();
    await next('running');
    for (const one of open) one.destroy();
    await engine.stopContainer(id, { graceSeconds: 0 });
    await next('exited');
    expect(errors.length).toBeGreaterThan(0);
    await engine.removeContainer(id);
    await next(undefined);
    const ending = watch.next();
    controller.abort();
    // Other containers of this machine may still change meanwhile.
    for (let last = await ending; !last.done; ) last = await watch.next();
    await new Promise((resolve) => {
      relay.close(resolve);
      for (const one of open) one.destroy();
    });
    await rm(folder, { recursive: true });
  });
});

it('finds networks by their whole name, and removes those of a project', async () => {
  await run('docker', ['network', 'create', ...label(), `${project}_default`]);
  expect(await engine.networkExists(`${project}_default`)).toBe(true);
  expect(await engine.networkExists(project)).toBe(false);
  const id = await start('--network', `${project}_default`, TINY_IMAGE, '/bin/sleep', '600');
  await expect(engine.removeNetworks(project)).rejects.toMatchObject({
    code: expect.stringMatching(/conflict|failed/),
  });
  await engine.removeContainer(id, { force: true });
  await engine.removeNetworks(project);
  expect(await engine.networkExists(`${project}_default`)).toBe(false);
});

it('gives an image its name back', async () => {
  const { stdout: image } = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', TINY_IMAGE]);
  await engine.tagImage(image, `${project}:1`);
  expect((await run('docker', ['image', 'inspect', '--format', '{{.Id}}', `${project}:1`])).stdout).toBe(
    image,
  );
  await run('docker', ['rmi', `${project}:1`]);
});

it('keeps an image by a further name, and takes that away again', async () => {
  const { stdout: image } = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', TINY_IMAGE]);
  const kept = `covey-kept/${project}`;
  const name = `${kept}:${image.replace('sha256:', '')}`;
  await engine.tagImage(image, name);
  expect([await engine.hasImage(image), await engine.hasImage(`sha256:${'0'.repeat(64)}`)]).toEqual([
    true,
    false,
  ]);
  expect([await engine.imageId(name), await engine.imageId(`${kept}:none`)]).toEqual([image, undefined]);
  expect(await engine.imageNames(kept)).toEqual([name]);
  expect(await engine.untagImage(name)).toBe(true);
  expect([await engine.imageNames(kept), await engine.hasImage(image)]).toEqual([[], true]);
  // That it is gone already is fine.
  expect(await engine.untagImage(name)).toBe(true);
});
