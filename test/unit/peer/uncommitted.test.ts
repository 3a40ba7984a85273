import { beforeEach, describe, expect, it } from 'vitest';
import { APP_PREFIX } from '../../../src/app/keys.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createUncommitted, type Uncommitted } from '../../../src/peer/uncommitted.ts';
import type { Action } from '../../../src/plan/steps.ts';
import type { ViewedApp } from '../../../src/proxy/view.ts';
import { createVirtualTime, type VirtualTime } from '../../support/virtual-time.ts';
import { app, view } from './boot-node.ts';

const APP = 'shop_m.1';
const place = { folder: '/deploy/shop', project: 'shopm1', newVolumes: [] };
const start: Action = { kind: 'start', ...place };
const script: Action = { kind: 'script', ...place, script: 'update.sh', args: [] };
const clear: Action = {
  ...{ kind: 'clear', folder: '', project: 'shopm1', name: APP, everything: true, volumes: [], leftTo: 'n1' },
};

let time: VirtualTime;
/** What Consul's leader has, what this node n2 knows of it, and whom it reaches. */
let recorded: ViewedApp | undefined;
let known: ViewedApp | undefined;
let isCut: boolean;
let reached: string[];
/** Of Consul alone: it neither answers nor refuses. */
let hangs: boolean;
let isRunning: boolean;
let starts: boolean;
let done: string[];
let errors: string[];
let uncommitted: Uncommitted;

const seconds = () => Math.floor(time.now() / 1000);

beforeEach(() => {
  time = createVirtualTime();
  recorded = app(APP, 'n1');
  known = recorded;
  [isCut, hangs, isRunning, starts] = [false, false, true, true];
  [reached, done, errors] = [['n3'], [], []];
  uncommitted = createUncommitted({
    node: 'n2',
    kv: {
      get: async (key, { signal } = {}) => {
        if (hangs)
          await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
        if (isCut) throw new CoveyError('unavailable', 'no leader');
        const value = recorded && 'record' in recorded ? JSON.stringify(recorded.record) : undefined;
        return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
      },
    },
    view: () => view(...(known ? [known] : [])),
    reaches: (node) => reached.includes(node),
    stop: async (apps, { graceSeconds }) => {
      if (!isRunning) return { ran: [], failed: [] };
      isRunning = false;
      done.push(`${seconds()} stop ${apps.join()} within ${graceSeconds}`);
      return { ran: [...apps], failed: [] };
    },
    time,
    logger: { error: (_about: object, text: string) => errors.push(text), debug: () => undefined } as never,
  });
  const startAgain = async (name: string) => {
    done.push(`${seconds()} start ${name}`);
    isRunning = starts;
    return starts;
  };
  void uncommitted.run(startAgain, new AbortController().signal);
});

function cut(about: { except?: string; until?: number; knowing?: ViewedApp | undefined } = {}) {
  isCut = true;
  reached = about.except === undefined ? [] : [about.except];
  if ('knowing' in about) known = about.knowing;
  const heal = () => {
    isCut = false;
  };
  if (about.until !== undefined) time.at(about.until, heal);
}

describe('what a move has started before its commit', () => {
  it.each([
    ['start', start],
    ['script', script],
  ])('by %s is stopped where neither Consul nor the coordinator is reached', async (_, action) => {
    uncommitted.step(APP, 'n3', action, false);
    await time.runTo(30_000);
    expect(done).toEqual([]);
    cut();
    await time.runTo(60_000);
    expect(done).toEqual(['35 stop shop_m.1 within 2']);
    expect(errors).toEqual([
      "is stopped: its master is n1 until a move to this node is recorded, and neither Consul's leader nor n3, which moves it, can be reached",
    ]);
    // Somebody starts it by hand.
    isRunning = true;
    await time.runTo(61_000);
    expect(done).toHaveLength(2);
  });

  it('is stopped in time too where Consul does not even refuse', async () => {
    uncommitted.step(APP, 'n3', start, false);
    [hangs, reached] = [true, []];
    await time.runTo(14_000);
    expect(done).toEqual(['6 stop shop_m.1 within 2']);
  });

  it.each<[string, () => void]>([
    ['its coordinator is reached', () => cut({ except: 'n3' })],
    ['Consul answers', () => reached.pop()],
    ['Consul answers again soon enough', () => cut({ until: 4_000 })],
    ['it was this node’s before', () => cut({ knowing: app(APP, 'n2') })],
    ['it is new: nobody else has it', () => cut({ knowing: undefined })],
    ['it is undone', () => [uncommitted.step(APP, 'n3', start, true), cut()]],
    ['it is cleared away', () => [uncommitted.step(APP, 'n2', clear, false), cut()]],
  ])('runs on where %s', async (_, happens) => {
    uncommitted.step(APP, 'n3', start, false);
    happens();
    await time.runTo(60_000);
    expect(done).toEqual([]);
  });

  it('runs on where it is committed, and known to be before the cut', async () => {
    uncommitted.step(APP, 'n3', start, false);
    await time.runTo(3_000);
    recorded = app(APP, 'n2');
    await time.runTo(5_000);
    cut();
    await time.runTo(60_000);
    expect(done).toEqual([]);
  });

  it('is started again where it was committed without this node, as often as it takes', async () => {
    uncommitted.step(APP, 'n3', start, false);
    await time.runTo(1_000);
    cut();
    await time.runTo(20_000);
    recorded = app(APP, 'n2');
    starts = false;
    [isCut, reached] = [false, ['n3']];
    await time.runTo(22_500);
    starts = true;
    await time.runTo(60_000);
    expect(done).toEqual([
      '6 stop shop_m.1 within 2',
      ...['21 start shop_m.1', '22 start shop_m.1', '23 start shop_m.1'],
    ]);
  });

  it('is left to a coordinator on this node, and so are services that run on several nodes', async () => {
    uncommitted.step(APP, 'n2', start, false);
    uncommitted.step('many_m.1', 'n3', { ...start, services: ['web'] }, false);
    cut();
    await time.runTo(60_000);
    expect(done).toEqual([]);
  });
});

it('asks Consul only while there is something to be looked after', async () => {
  const asked: string[] = [];
  const own = createUncommitted({
    node: 'n2',
    kv: {
      get: async (key) => {
        asked.push(key);
        return undefined;
      },
    },
    view: () => undefined,
    reaches: () => true,
    stop: async () => ({ ran: [], failed: [] }),
    time,
    logger: { error: () => undefined, debug: () => undefined } as never,
  });
  void own.run(async () => true, new AbortController().signal);
  await time.runTo(10_000);
  expect(asked).toEqual([]);
  own.step(APP, 'n3', start, false);
  await time.runTo(11_000);
  expect(asked).toEqual([`${APP_PREFIX}${APP}`]);
});
