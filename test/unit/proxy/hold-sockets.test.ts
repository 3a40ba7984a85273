import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearHoldSockets } from '../../../src/proxy/hold-sockets.ts';
import { holdSocket } from '../../../src/render/haproxy/hold.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'covey-sockets-'));
});
afterEach(() => rm(run, { recursive: true }));

it('the sockets of an app go when none of its requests waits any more, and nothing else does', async () => {
  const stay = [holdSocket(run, 'a', 'http'), holdSocket(run, 'a', 'https')].map((path) => basename(path));
  const go = [holdSocket(run, 'b', 'http'), holdSocket(run, 'gone', 'https')].map((path) => basename(path));
  const others = ['caddy-http.7.sock', 'haproxy.sock', 'hold-on.txt'];
  for (const name of [...stay, ...go, ...others]) await writeFile(join(run, name), '');
  await clearHoldSockets(run, [{ name: 'a', waits: 'open' }, { name: 'b' }]);
  expect(new Set(await readdir(run))).toEqual(new Set([...stay, ...others]));
});
