import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CoveyError } from '../../../src/errors.ts';
import { createCaddy } from '../../../src/proxy/caddy/caddy.ts';

const forever = new AbortController().signal;

/** A configuration whose load ends only when the old servers are gone. */
const late = { apps: { http: { servers: { srv0: { listen: ['unix//run/http.sock|0600'] } } } } };

/** An admin API that refuses what it is told to, and a pace that writes down what it is asked. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'covey-caddy-'));
  const socket = join(folder, 'admin.sock');
  const took: number[] = [];
  const ending: ServerResponse[] = [];
  const slots: string[] = [];
  const loaded: string[] = [];
  const server = createServer(async (request, response) => {
    const begun = performance.now();
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method === 'GET') return response.end('null');
    response.statusCode = text === 'bad' ? 400 : 200;
    took.push(performance.now() - begun);
    if (request.url === '/load') loaded.push(text);
    if (request.url === '/load' && text.includes('srv0')) {
      slots.push(/http\.(\d+)\.sock/.exec(text)?.[1] ?? '');
      return ending.push(response);
    }
    response.end(text === 'odd' ? 'hello' : JSON.stringify({ result: text === 'late' ? late : {} }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const rests: number[] = [];
  const turns: AbortSignal[] = [];
  const pace = {
    turn: async (outdated: AbortSignal) => {
      turns.push(outdated);
      outdated.throwIfAborted();
    },
    rest: (ms: number) => rests.push(ms),
  };
  const links = { http: join(folder, 'http.sock'), https: join(folder, 'https.sock') };
  const paths = { admin: socket, ...links, links };
  const exec = async () => ({ exitCode: 0, stdout: '', stderr: '' });
  const lost: CoveyError[] = [];
  const onLost = (error: CoveyError) => lost.push(error);
  return {
    caddy: createCaddy({ paths, exec, pace, onLost }),
    took,
    rests,
    turns,
    lost,
    /** All that it was to load. */
    loaded,
    /** The new servers serve. */
    listen: async () => {
      const sites = createSocket((visitor) => visitor.destroy());
      await expect.poll(() => ending.length, { timeout: 20_000 }).toBe(1);
      await new Promise<void>((resolve) => sites.listen(join(folder, `http.${slots.at(-1)}.sock`), resolve));
      onTestFinished(() => {
        sites.close();
      });
    },
    /** Caddy breaks off before it has answered. */
    end: () => {
      for (const response of ending) response.destroy();
    },
  };
}

it('rests after a load four times as long as it took', async () => {
  const { caddy, took, rests } = await setUp();
  const begun = performance.now();
  await caddy.load('good', forever);
  const whole = performance.now() - begun;
  expect(rests).toHaveLength(1);
  expect(rests[0]).toBeGreaterThanOrEqual(Math.min(1_000, 4 * took.reduce((sum, each) => sum + each, 0)));
  expect(rests[0]).toBeLessThanOrEqual(Math.min(1_000, 4 * whole));
});

it('does not rest after what is refused: what is left without it comes next', async () => {
  const { caddy, rests } = await setUp();
  await expect(caddy.load('bad', forever)).rejects.toMatchObject({ code: 'invalid' });
  expect(rests).toEqual([]);
});

it('takes nothing for a configuration that is none', async () => {
  const { caddy } = await setUp();
  await expect(caddy.load('odd', forever)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Caddy does not answer with a configuration.',
  });
});

it('waits for its turn only as long as nothing is newer', async () => {
  const { caddy, took, turns } = await setUp();
  const outdated = AbortSignal.abort();
  await expect(caddy.load('good', forever, outdated)).rejects.toThrow();
  expect(turns).toEqual([outdated]);
  expect(took).toEqual([]);
});

it('tells when what it served is lost after all, and loads again', async () => {
  const { caddy, lost, listen, end } = await setUp();
  await Promise.all([caddy.load('late', forever), listen()]);
  expect(lost).toEqual([]);
  end();
  await caddy.idle();
  expect(lost).toEqual([expect.objectContaining({ code: 'unavailable' })]);
});

it('leads Caddy elsewhere and back, and lets nothing come between', async () => {
  const { caddy, loaded } = await setUp();
  expect(await caddy.detour(() => expect.unreachable('nothing is live'))).toBe(false);
  await caddy.load('good', forever);
  let next: Promise<void> | undefined;
  const done = await caddy.detour(async (live, go) => {
    expect(live).toEqual({});
    next = caddy.load('good', forever);
    await go({ apps: { tls: 'one' } });
    await go({ apps: { tls: 'two' } });
  });
  await next;
  expect(done).toBe(true);
  expect(loaded).toEqual(['{}', '{"apps":{"tls":"one"}}', '{"apps":{"tls":"two"}}', '{}', '{}']);
});

it('leads Caddy back where the way fails, and not where it was not led away', async () => {
  const { caddy, loaded } = await setUp();
  await caddy.load('good', forever);
  const fails = async () => {
    throw new Error('no way');
  };
  await expect(caddy.detour(fails)).rejects.toThrow('no way');
  expect(loaded).toEqual(['{}']);
  const failsLater = caddy.detour(async (_, go) => {
    await go({ apps: { tls: 'one' } });
    await fails();
  });
  await expect(failsLater).rejects.toThrow('no way');
  expect(loaded).toEqual(['{}', '{"apps":{"tls":"one"}}', '{}']);
});
