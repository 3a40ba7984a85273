import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kv, KvEntry } from '../../../src/consul/kv.ts';
import type { Member, Members } from '../../../src/consul/members.ts';
import { createLogger } from '../../../src/logger.ts';
import { followSources, lastKnownIn } from '../../../src/proxy/follow.ts';
import type { Sources } from '../../../src/proxy/view.ts';
import { createFeed } from '../../support/feed.ts';

const sources = (...values: string[]): Sources => ({
  apps: values.map((value, index) => ({ key: `app/${index}`, value, modifyIndex: index + 1 })),
  maintenance: ['maintenance/0'],
  members: [{ name: 'n1', address: '10.0.0.1' }],
});

describe('lastKnownIn', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'covey-routes-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('knows nothing at first', async () => {
    expect(await lastKnownIn(folder).load()).toBeUndefined();
  });

  it('keeps what it was given, and no more', async () => {
    const entry = { ...sources('a').apps[0], createIndex: 1, session: 's' } as KvEntry;
    await lastKnownIn(folder).save({ ...sources(), apps: [entry] });
    expect(await lastKnownIn(folder).load()).toEqual(sources('a'));
  });

  it('keeps the newest of those that come at once, whatever their size', async () => {
    const known = lastKnownIn(folder);
    await known.save(sources('before'));
    // the second is what is on disk already: it must not be taken for written while the first is on its way
    await Promise.all([known.save(sources('x'.repeat(1_000_000))), known.save(sources('before'))]);
    expect(await known.load()).toEqual(sources('before'));
    const sizes = [900_000, 10, 500_000, 1];
    await Promise.all(sizes.map((size) => known.save(sources('y'.repeat(size)))));
    expect(await known.load()).toEqual(sources('y'));
  });

  it('keeps swarm keys too, and reads what a version kept that knew none', async () => {
    const swarm = [{ key: 'swarm/k', value: '{}', modifyIndex: 9 }];
    await lastKnownIn(folder).save({ ...sources('a'), swarm });
    expect(await lastKnownIn(folder).load()).toEqual({ ...sources('a'), swarm });
    await writeFile(join(folder, 'routes.json'), JSON.stringify(sources('a')));
    expect(await lastKnownIn(folder).load()).toEqual(sources('a'));
  });

  it('goes on after a failed write', async () => {
    const state = join(folder, 'state');
    const known = lastKnownIn(state);
    await writeFile(state, 'a file where the folder should be');
    await expect(known.save(sources('a'))).rejects.toMatchObject({ code: 'failed' });
    await rm(state);
    await known.save(sources('b'));
    expect(await known.load()).toEqual(sources('b'));
  });

  it.each(['', '{', '{}'])('names the file where it holds %j', async (text) => {
    await writeFile(join(folder, 'routes.json'), text);
    await expect(lastKnownIn(folder).load()).rejects.toMatchObject({
      code: 'invalid',
      message: `${join(folder, 'routes.json')} is not what covey writes there`,
      hint: 'Remove it once Consul answers: it is written anew from there.',
    });
  });
});

describe('followSources', () => {
  const entry = (key: string): KvEntry => ({ key, value: `value of ${key}`, modifyIndex: 3, createIndex: 1 });
  const member = (name: string, state: Member['state']): Member => ({
    name,
    address: `10.0.0.${name.slice(1)}`,
    state,
    server: true,
  });

  function follow() {
    const apps = createFeed<{ index: number; entries: KvEntry[] }>();
    const maintenance = createFeed<{ index: number; entries: KvEntry[] }>();
    const swarm = createFeed<{ index: number; entries: KvEntry[] }>();
    const holds = createFeed<{ index: number; entries: KvEntry[] }>();
    const members = createFeed<Member[]>();
    const sources = new Map([
      ['app/', apps],
      ['maintenance/', maintenance],
      ['swarm/', swarm],
      ['covey/hold/', holds],
    ]);
    const kv: Pick<Kv, 'watch'> = {
      watch: (prefix, signal) => {
        const found = sources.get(prefix);
        if (!found) throw new Error(`nobody should watch ${prefix}`);
        return found.watch(signal);
      },
    };
    const watched: Pick<Members, 'watch'> = { watch: (signal) => members.watch(signal) };
    const controller = new AbortController();
    const seen: Sources[] = [];
    const ended = followSources(
      { kv: kv as Kv, members: watched as Members, logger: createLogger({ level: 'silent' }) },
      controller.signal,
      (each) => seen.push(each),
    );
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    return { apps, maintenance, swarm, holds, members, seen, turn, stop: () => controller.abort(), ended };
  }

  it('tells nothing before each source was read once, then each change with all that is known', async () => {
    const { apps, maintenance, swarm, holds, members, seen, turn, stop, ended } = follow();
    apps.put({ index: 1, entries: [entry('app/foo')] });
    members.put([member('n1', 'alive')]);
    await turn();
    expect(seen).toEqual([]);
    swarm.put({ index: 1, entries: [] });
    await turn();
    expect(seen).toEqual([]);
    holds.put({ index: 1, entries: [] });
    await turn();
    expect(seen).toEqual([]);
    maintenance.put({ index: 2, entries: [] });
    await turn();
    maintenance.put({ index: 3, entries: [entry('maintenance/foo')] });
    await turn();
    expect(seen.map(({ apps, maintenance }) => [apps.length, maintenance])).toEqual([
      [1, []],
      [1, ['maintenance/foo']],
    ]);
    apps.put({ index: 4, entries: [] });
    await turn();
    expect(seen.at(-1)).toMatchObject({ apps: [], maintenance: ['maintenance/foo'], swarm: [] });
    swarm.put({ index: 5, entries: [entry('swarm/k')] });
    await turn();
    expect(seen.at(-1)).toMatchObject({ apps: [], swarm: [{ key: 'swarm/k' }] });
    holds.put({ index: 6, entries: [entry('covey/hold/foo')] });
    await turn();
    expect(seen.at(-1)).toMatchObject({ apps: [], holds: [{ key: 'covey/hold/foo' }] });
    stop();
    await ended;
  });

  it('keeps a failed member, and forgets one that has left', async () => {
    const { apps, maintenance, swarm, holds, members, seen, turn, stop, ended } = follow();
    apps.put({ index: 1, entries: [] });
    swarm.put({ index: 1, entries: [] });
    holds.put({ index: 1, entries: [] });
    maintenance.put({ index: 1, entries: [] });
    members.put([member('n1', 'alive'), member('n2', 'failed'), member('n3', 'left')]);
    await turn();
    expect(seen.at(-1)?.members).toEqual([
      { name: 'n1', address: '10.0.0.1' },
      { name: 'n2', address: '10.0.0.2' },
    ]);
    stop();
    await ended;
  });
});
