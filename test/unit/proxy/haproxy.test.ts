import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHaproxy } from '../../../src/proxy/haproxy/haproxy.ts';
import { createPace } from '../../../src/proxy/pace.ts';
import { fakeClock } from './clock.ts';

const forever = new AbortController().signal;

/** A HAProxy that does what the socket and its master's are told, from files as the real one. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'covey-haproxy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const paths = {
    config: join(folder, 'haproxy.cfg'),
    map: join(folder, 'domains.map'),
    serverState: join(folder, 'state'),
  };
  const { clock, advance } = fakeClock();
  const live = {
    asleep: false,
    config: '',
    map: new Map<string, string>(),
    reloads: [] as number[],
    refuses: /no-such/,
  };
  const files = async () => ({
    config: await readFile(paths.config, 'utf8'),
    map: await readFile(paths.map, 'utf8'),
  });
  const start = async () => {
    const { config, map } = await files();
    live.config = config;
    live.map = new Map(
      map.split('\n').flatMap((line) => (line ? [line.split(' ') as [string, string]] : [])),
    );
  };
  const answers: Record<string, () => string> = {
    'show info': () => `description: ${/description (\S+)/.exec(live.config)?.[1] ?? ''}`,
    'show servers state': () => '1',
    'show backend': () =>
      ['# name', ...[...live.config.matchAll(/^backend (\S+)/gm)].map(([, name]) => name)].join('\n'),
    [`show map ${paths.map}`]: () => [...live.map].map(([key, value]) => `0x1 ${key} ${value}`).join('\n'),
  };
  const change = (command: string) => {
    const [verb = '', , , key = '', value = ''] = command.split(' ');
    if (verb === 'del') live.map.delete(key);
    else live.map.set(key, value);
  };
  const haproxy = createHaproxy({
    paths,
    exec: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
    runtime: async (line) => {
      const answer = answers[line];
      if (answer) return answer();
      for (const command of line.split('; ')) change(command);
      return '';
    },
    master: async () => {
      live.reloads.push(clock.now());
      if (live.refuses.test(await readFile(paths.config, 'utf8')))
        return 'Success=0\n--\n[ALERT] (1) : cannot bind';
      if (!live.asleep) await start();
      return 'Success=1';
    },
    pace: createPace(clock),
  });
  return { haproxy, live, files, advance, start };
}

const config = (...nodes: string[]) =>
  ['global', ...nodes.flatMap((node) => [`backend node-${node}-http`, `backend node-${node}-https`])].join(
    '\n',
  );
const map = (entries: Record<string, string>) => new Map(Object.entries(entries));

it('is not waited for without end, where it takes what it does not use', async () => {
  const { haproxy, live } = await setUp();
  live.asleep = true;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
  onTestFinished(() => void vi.restoreAllMocks());
  await expect(haproxy.apply({ config: config('n1'), map: map({}) }, forever)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'HAProxy did not take the new configuration in time.',
  });
});

describe('while a reload waits for its turn', () => {
  const begun = async () => {
    const all = await setUp();
    const first = { config: config('n1', 'n2'), map: map({ a: 'node-n1', b: 'node-n1', c: 'node-n1' }) };
    await all.haproxy.apply(first, forever);
    expect(all.live.reloads).toEqual([0]);
    return all;
  };
  const wanted = {
    config: config('n1', 'n2', 'n3'),
    map: map({ a: 'node-n2', b: 'node-n3', d: 'node-n1', e: 'node-n3' }),
  };

  it('the map goes ahead, but for what leads to backends that are not there yet', async () => {
    const { haproxy, live, files, advance } = await begun();
    const before = await files();
    const applied = haproxy.apply(wanted, forever);
    const ahead = map({ a: 'node-n2', b: 'node-n1', d: 'node-n1' });
    await vi.waitFor(() => expect(live.map).toEqual(ahead));
    // a HAProxy that is started now comes up with what ran
    expect(await files()).toEqual({
      config: before.config,
      map: [...ahead].map(([key, value]) => `${key} ${value}\n`).join(''),
    });
    await advance(999);
    expect(live.reloads).toEqual([0]);
    await advance(1);
    await applied;
    expect(live.reloads).toEqual([0, 1_000]);
    expect(live.map).toEqual(wanted.map);
  });

  it('something newer takes its place', async () => {
    const { haproxy, live, advance } = await begun();
    const newer = new AbortController();
    const refused = expect(haproxy.apply(wanted, forever, newer.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await vi.waitFor(() => expect(live.map.get('a')).toBe('node-n2'));
    newer.abort();
    await refused;
    const newest = { config: config('n1', 'n4'), map: map({ a: 'node-n4' }) };
    const applied = haproxy.apply(newest, forever);
    await vi.waitFor(() => expect(live.map).toEqual(map({ a: 'node-n2' })));
    await advance(1_000);
    await applied;
    expect(live.reloads).toEqual([0, 1_000]);
    expect(live.map).toEqual(newest.map);
    expect(live.config).toContain('node-n4-http');
  });

  it('what needs none is done at once', async () => {
    const { haproxy, live } = await begun();
    await haproxy.apply({ config: config('n1', 'n2'), map: map({ a: 'node-n2' }) }, forever);
    expect(live.map).toEqual(map({ a: 'node-n2' }));
    expect(live.reloads).toEqual([0]);
  });
});

it('leaves files that the next start can run where HAProxy refuses at the last', async () => {
  const { haproxy, live, files, start, advance } = await setUp();
  const sound = { config: config('n1'), map: map({ a: 'node-n1' }) };
  await haproxy.apply(sound, forever);
  const before = await files();
  const bad = { config: `${config('n1', 'n2')}\nno-such`, map: map({ a: 'node-n1', b: 'node-n2' }) };
  const refused = expect(haproxy.apply(bad, forever)).rejects.toMatchObject({ code: 'invalid' });
  await advance(1_000);
  await refused;
  expect(await files()).toEqual(before);
  await start();
  expect(live.map).toEqual(sound.map);
});
