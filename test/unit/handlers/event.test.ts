import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClaimRecord } from '../../../src/consul/claims.ts';
import type { FiredEvent } from '../../../src/generated/covey/v1/FiredEvent.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { event, events } from '../../../src/handlers/event.ts';
import { createLogger } from '../../../src/logger.ts';
import { createFeed } from '../../support/feed.ts';

const payload = '{"repo": "https://h/foo", "branch": "m"}';
const request = { name: 'destroy', payload, wait: true };

/** A peer over what the cluster knows of events. */
function setUp({ enabled = true, known = [] as ClaimRecord[] } = {}) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const records = createFeed<ClaimRecord[]>();
  const fired: [string, string][] = [];
  const log: { event?: string; caller?: string }[] = [];
  const deps: Pick<Deps, 'node' | 'logger' | 'events'> = {
    node: 'n1',
    logger: createLogger({ level: 'info' }, { write: (line) => log.push(JSON.parse(line)) }),
    events: {
      enabled,
      fire: async (name, text) => {
        fired.push([name, text]);
        return 'e-1';
      },
      list: async () => known,
      watch: (signal) => records.watch(signal),
    },
  };
  const call = { signal: controller.signal, caller: { name: 'alice', role: 'operator' } } as const;
  return {
    fired,
    log,
    put: records.put,
    fire: (more: object = {}) => event(deps)({ ...request, ...more }, call)[Symbol.asyncIterator](),
    list: (limit = 0) => events(deps)({ limit }, call),
  };
}

const record = (more: Partial<ClaimRecord> = {}): ClaimRecord => ({
  ...{ id: 'e-1', state: 'queued', node: 'n2', since: '2026-01-01T00:00:00.000Z' },
  event: { id: 'e-1', name: 'destroy', payload, ltime: 1 },
  ...more,
});

describe('an event', () => {
  it('is fired as it is, and who fired it is in the log', async () => {
    const { fire, fired, log } = setUp();
    const changes = fire({ wait: false });
    expect((await changes.next()).value).toMatchObject({
      ...{ id: 'e-1', name: 'destroy', payload, state: 'fired', node: 'n1' },
      apps: [expect.stringMatching(/^foo_m\./)],
    });
    expect(await changes.next()).toEqual({ done: true, value: undefined });
    expect(fired).toEqual([['destroy', payload]]);
    expect(log).toMatchObject([{ event: 'e-1', caller: 'alice' }]);
  });

  it('is followed until it is done or has failed, each state once', async () => {
    const { fire, put } = setUp();
    const changes = fire();
    const next = async () => (await changes.next()).value as FiredEvent;
    expect((await next()).state).toBe('fired');
    const error = { code: 'refused', message: 'n1 is dead' };
    const other = record({ id: 'e-0', state: 'done' });
    put([other]);
    put([other, record()]);
    expect(await next()).toMatchObject({ state: 'queued', node: 'n2', errorCode: '' });
    put([record(), other]);
    put([record({ state: 'running', node: 'n3' })]);
    expect(await next()).toMatchObject({ state: 'running', node: 'n3' });
    put([record({ state: 'failed', node: 'n3', error })]);
    expect(await next()).toMatchObject({ state: 'failed', errorCode: 'refused', errorMessage: 'n1 is dead' });
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  it('that is not right, or that nobody here acts on, is not fired', async () => {
    const { fire, fired } = setUp({ enabled: false });
    await expect(fire({ name: 'explode' }).next()).rejects.toMatchObject({
      code: 'invalid',
      message: 'Unknown event name: explode',
    });
    await expect(fire().next()).rejects.toMatchObject({
      code: 'refused',
      message: 'Events are switched off on n1: its setting "events" is false.',
    });
    expect(fired).toEqual([]);
  });
});

describe('a list of events', () => {
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
  const known = [
    record({ id: 'b', since: at(2), state: 'done' }),
    { id: 'c', since: at(3), state: 'running' as const, node: 'n1' },
    record({ id: 'a', since: at(1) }),
  ];

  it('has the newest last, also those that nobody has put down', async () => {
    const reply = await setUp({ known }).list();
    expect(reply).toMatchObject({
      enabled: true,
      events: [
        { id: 'a' },
        { id: 'b', state: 'done', since: Date.parse(at(2)) },
        { id: 'c', name: '', apps: [] },
      ],
    });
    const two = await setUp({ known, enabled: false }).list(2);
    expect(two).toMatchObject({ enabled: false, events: [{ id: 'b' }, { id: 'c' }] });
  });

  it('has no more than a thousand', async () => {
    await expect(setUp().list(1_001)).rejects.toMatchObject({
      code: 'invalid',
      message: '1001 events are not to be had.',
    });
  });
});
