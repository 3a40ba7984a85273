import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClaimRecord,
  type Claims,
  claimSessionName,
  createClaims,
  inOrder,
} from '../../../src/consul/claims.ts';
import type { ConsulEvent } from '../../../src/consul/events.ts';
import { createKv } from '../../../src/consul/kv.ts';
import { destroySessions } from '../../../src/consul/session.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

let consul: TestConsul;
let one: Claims;
let two: Claims;
beforeAll(async () => {
  consul = await startConsul();
  one = createClaims(consul.client, 'node1');
  two = createClaims(consul.client, 'node2');
}, 120_000);
afterAll(async () => {
  await one?.close();
  await two?.close();
  await consul?.stop();
});

const event = (id: string, ltime = 1): ConsulEvent => ({ id, name: 'deploy', payload: '{}', ltime });
const record = async (id: string) => (await one.list()).find((each) => each.id === id);

describe('claims', () => {
  it('give each of 30 events to exactly one of two who see all of them', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `race-${i}`);
    const claimed = await Promise.all(
      ids.map(async (id) => {
        await Promise.all([one.enqueue(event(id)), two.enqueue(event(id))]);
        return (await Promise.all([one.claim(id), two.claim(id)])).map((claim) => claim.state).toSorted();
      }),
    );
    expect(claimed).toEqual(ids.map(() => ['mine', 'taken']));
  });

  it('go from queued to running to done, and stay done', async () => {
    await one.enqueue(event('life', 7));
    expect(await record('life')).toMatchObject({ state: 'queued', event: event('life', 7) });
    expect(await two.claim('life')).toMatchObject({ state: 'mine' });
    expect(await record('life')).toMatchObject({ state: 'running', node: 'node2', event: event('life', 7) });
    expect(await two.claim('life')).toMatchObject({ state: 'mine' });
    await two.finish('life', 'failed');
    await two.finish('life', 'failed');
    expect(await record('life')).toMatchObject({ state: 'failed', node: 'node2' });
    await one.enqueue(event('life', 7));
    expect(await one.claim('life')).toEqual({ state: 'done' });
    expect(await two.claim('life')).toEqual({ state: 'done' });
  });

  it('say why what failed has failed, in its first 500 characters', async () => {
    await one.enqueue(event('why', 8));
    await two.claim('why');
    await two.finish('why', 'failed', undefined, { code: 'refused', message: 'x'.repeat(600) });
    expect(await record('why')).toMatchObject({
      ...{ state: 'failed', node: 'node2', event: event('why', 8) },
      error: { code: 'refused', message: 'x'.repeat(500) },
    });
  });

  it('work without a queue, and are finished only by who has them', async () => {
    expect(await one.claim('bare')).toMatchObject({ state: 'mine' });
    await expect(two.finish('bare', 'done')).rejects.toMatchObject({
      code: 'conflict',
      message: "event bare is not node2's to finish: it is running on node1",
    });
    await expect(two.finish('never', 'done')).rejects.toMatchObject({
      code: 'conflict',
      message: "event never is not node2's to finish: nobody has claimed it",
    });
    await one.finish('bare', 'done');
  });

  it('of a dead claimer are taken over by one other, who alone finishes them', async () => {
    await one.enqueue(event('orphan'));
    const claim = await one.claim('orphan');
    expect(await two.claim('orphan')).toEqual({ state: 'taken' });
    expect(await destroySessions(consul.client, claimSessionName('node1'))).toBe(1);
    expect(await record('orphan')).toMatchObject({ state: 'abandoned', node: 'node1' });
    const three = createClaims(consul.client, 'node3');
    const after = await Promise.all([two.claim('orphan'), three.claim('orphan')]);
    expect(after.map((each) => each.state).toSorted()).toEqual(['mine', 'taken']);
    await expect(one.finish('orphan', 'done')).rejects.toMatchObject({ code: 'conflict' });
    const winner = after[0].state === 'mine' ? two : three;
    await winner.finish('orphan', 'done');
    await until(() => claim.state === 'mine' && claim.lost.aborted, 8000);
    expect(await one.claim('next')).toMatchObject({ state: 'mine' });
    await three.close();
  }, 20_000);

  it('are let go by a clean stop', async () => {
    const leaving = createClaims(consul.client, 'node4');
    await leaving.claim('handed');
    await leaving.close();
    expect(await record('handed')).toMatchObject({ state: 'abandoned' });
    expect(await two.claim('handed')).toMatchObject({ state: 'mine' });
  });

  it('wait out an agent that is away, and end with their signal', async () => {
    const stop = new AbortController();
    expect(await two.claim('away')).toMatchObject({ state: 'mine' });
    await consul.kill();
    const cancelled = one.enqueue(event('cancelled'), stop.signal);
    const queued = one.enqueue(event('late'));
    const finished = two.finish('away', 'done');
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await consul.start();
    await Promise.all([queued, finished]);
    expect(await record('late')).toMatchObject({ state: 'queued' });
    expect(await record('away')).toMatchObject({ state: 'done' });
  }, 30_000);

  it('are seen by who watches', async () => {
    const stop = new AbortController();
    const states: string[] = [];
    const done = (async () => {
      for await (const records of one.watch(stop.signal)) {
        const state = records.find((each) => each.id === 'watched')?.state;
        if (state && states.at(-1) !== state) states.push(state);
      }
    })();
    await one.enqueue(event('watched'));
    await until(() => states.at(-1) === 'queued');
    await two.claim('watched');
    await until(() => states.at(-1) === 'running');
    await two.finish('watched', 'done');
    await until(() => states.at(-1) === 'done');
    stop.abort();
    await done;
  });
});

describe('history', () => {
  it('is settled once for each node, without touching what is queued', async () => {
    const fresh = createClaims(consul.client, 'node9');
    await two.enqueue(event('new'));
    await fresh.settleHistory([event('old'), event('new')]);
    expect(await record('old')).toMatchObject({ state: 'done' });
    expect(await record('new')).toMatchObject({ state: 'queued' });
    await fresh.settleHistory([event('later')]);
    expect(await record('later')).toBeUndefined();
  });
});

describe('pruning', () => {
  it('takes only what is settled, older than a day, and beyond the newest 1,000', async () => {
    const kv = createKv(consul.client);
    const value = (state: string) =>
      JSON.stringify({ node: 'node1', since: '2026-01-01T00:00:00.000Z', state });
    await kv.put('covey/event/prune-old', value('done'));
    await kv.put('covey/event/prune-running', value('running'));
    const batch = (from: number) =>
      Array.from({ length: 50 }, (_, i) => ({
        op: 'set' as const,
        key: `covey/event/prune-${from + i}`,
        value: value('done'),
      }));
    for (let i = 0; i < 1000; i += 50) await kv.transaction(batch(i));
    expect(await one.prune(new Date('2026-01-01T12:00:00Z'))).toBe(0);
    const before = (await kv.list('covey/event/')).length;
    const gone = await one.prune(new Date('2026-01-03T00:00:00Z'));
    expect(gone).toBe(before - (await kv.list('covey/event/')).length);
    const ids = (await one.list()).map((each) => each.id);
    expect(ids).not.toContain('prune-old');
    expect(ids).toContain('prune-running');
    expect(ids).toContain('prune-0');
    expect(ids).toContain('prune-999');
  }, 30_000);
});

describe('order', () => {
  it('is by Lamport time, then by ID', () => {
    const of = (id: string, ltime: number): ClaimRecord => ({
      id,
      state: 'queued',
      node: 'a',
      since: '',
      event: event(id, ltime),
    });
    const records = [of('c', 2), of('a', 3), of('b', 2)];
    expect(records.toSorted(inOrder).map((each) => each.id)).toEqual(['b', 'c', 'a']);
  });
});
