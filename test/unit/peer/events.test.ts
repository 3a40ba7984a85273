import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ClaimRecord, Claims } from '../../../src/consul/claims.ts';
import type { ConsulEvent, Events } from '../../../src/consul/events.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { createLogger } from '../../../src/logger.ts';
import { type BridgeDeps, bridgeEvents } from '../../../src/peer/events.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';

type Call = Parameters<Handlers['Cluster']['Deploy']>[1];

/** Yields what `put` gives, until the signal ends it. */
function channel<T>() {
  const waiting: T[] = [];
  let wake = () => {};
  return {
    put: (value: T) => {
      waiting.push(value);
      wake();
    },
    async *read(signal: AbortSignal): AsyncGenerator<T> {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const [value] = waiting.splice(0, 1);
        if (value !== undefined) yield value;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

/** What the cluster knows of events, as Consul's store would keep it; `lose` is the loss of this peer's session. */
function ledger() {
  const records = new Map<string, ClaimRecord>();
  const changes = channel<ClaimRecord[]>();
  const history: ConsulEvent[] = [];
  let lost = new AbortController();
  const set = (record: ClaimRecord) => {
    records.set(record.id, record);
    changes.put([...records.values()]);
  };
  const at = '2026-01-01T00:00:00.000Z';
  const claims: Pick<Claims, 'enqueue' | 'settleHistory' | 'claim' | 'finish' | 'watch'> = {
    enqueue: async (event) => {
      if (!records.has(event.id)) set({ id: event.id, state: 'queued', node: 'n1', since: at, event });
    },
    settleHistory: async (events) => {
      history.push(...events);
    },
    claim: async (id) => {
      const record = records.get(id);
      if (record?.state === 'done' || record?.state === 'failed') return { state: 'done' };
      if (record?.state === 'running') return record.node === 'n1' ? mine() : { state: 'taken' };
      set({ ...(record ?? { id, since: at }), node: 'n1', state: 'running' });
      return mine();
    },
    finish: async (id, outcome) => {
      const record = records.get(id);
      if (record?.state !== 'running') throw new CoveyError('conflict', `${id} is not ours`);
      set({ ...record, state: outcome });
    },
    watch: (signal) => changes.read(signal),
  };
  const mine = () => ({ state: 'mine' as const, lost: lost.signal });
  return {
    claims,
    records,
    history,
    set,
    lose: (id: string) => {
      const record = records.get(id);
      if (record) set({ ...record, state: 'abandoned' });
      lost.abort();
      lost = new AbortController();
    },
    outcome: (id: string) => records.get(id)?.state,
  };
}

let ltime = 0;
const event = (name: string, payload: unknown, id = `event-${ltime + 1}`): ConsulEvent => ({
  id,
  name,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  ltime: ++ltime,
});
const deploy = (repo: string, more: object = {}) =>
  event('deploy', { repo, branch: 'master', master: 'n1', ...more });

/** A bridge over a ledger and operations that end when they are told to. */
function setUp(remembered: ConsulEvent[] = []) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const fired = channel<ConsulEvent>();
  const kept = ledger();
  const events: Pick<Events, 'list' | 'watch'> = {
    list: async () => remembered,
    watch: (signal) => fired.read(signal),
  };
  const calls: { method: string; request: { requestId: string }; call: Call }[] = [];
  const ends = new Map<string, (error?: unknown) => void>();
  const operation = (method: string) =>
    async function* (request: { requestId: string }, call: Call): AsyncGenerator<Progress> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ends.set(request.requestId, (error) => (error === undefined ? resolve() : reject(error)));
      calls.push({ method, request, call });
      yield { warning: 'mind' };
      await promise;
    };
  const log: { level: string; msg: string; event?: string }[] = [];
  const logger = createLogger({ level: 'warn' }, { write: (line) => log.push(JSON.parse(line)) });
  const deps: BridgeDeps = {
    node: 'n1',
    events: events as Events,
    claims: kept.claims as Claims,
    cluster: {
      Deploy: operation('Deploy'),
      Destroy: operation('Destroy'),
      Migrate: operation('Migrate'),
    },
    logger,
    retry: 1,
    signal: controller.signal,
  };
  const bridge = bridgeEvents(deps);
  bridge.catch(() => undefined);
  return {
    ...kept,
    fire: fired.put,
    calls,
    log,
    controller,
    bridge,
    began: (count: number) => vi.waitFor(() => expect(calls).toHaveLength(count)),
    settled: (id: string, outcome: string) => vi.waitFor(() => expect(kept.outcome(id)).toBe(outcome)),
    end: (id: string, error?: unknown) => ends.get(id)?.(error),
    /** Lets all that can happen now happen. */
    quiet: async () => {
      for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

describe('a valid event', () => {
  it.each([
    [
      event(
        'deploy',
        { repo: ' https://h/foo ', branch: ' m ', master: 'n1', slave: 'n2', update: true },
        'e-1',
      ),
      'Deploy',
      { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: 'n2', update: true },
    ],
    [
      event('deploy', { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: null, future: 1 }, 'e-2'),
      'Deploy',
      { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: '', update: false },
    ],
    [
      event('destroy', { repo: 'https://h/foo', branch: 'm' }, 'e-3'),
      'Destroy',
      { repo: 'https://h/foo', branch: 'm' },
    ],
    [
      event('migrate', { repo: 'https://h/foo', branch: 'm', target: { branch: ' q ' } }, 'e-4'),
      'Migrate',
      {
        source: { name: '', repo: 'https://h/foo', branch: 'm' },
        target: { name: '', repo: '', branch: 'q' },
        noUpdate: false,
      },
    ],
    [
      event(
        'migrate',
        {
          repo: 'https://h/foo',
          branch: 'm',
          target: { repo: 'https://h/bar', branch: null },
          update: false,
        },
        'e-5',
      ),
      'Migrate',
      { target: { name: '', repo: 'https://h/bar', branch: '' }, noUpdate: true },
    ],
  ])('becomes an operation under its own ID, in the queue (%#)', async (fired, method, request) => {
    const { fire, began, calls, end, settled, log } = setUp();
    fire(fired);
    await began(1);
    expect(calls[0]).toMatchObject({
      method,
      request: { ...request, wait: true, planOnly: false, requestId: fired.id },
      call: { caller: { name: `event ${fired.id}`, role: 'operator' } },
    });
    end(fired.id);
    await settled(fired.id, 'done');
    expect(log.map(({ level, msg }) => [level, msg])).toEqual([['warn', 'mind']]);
  });

  it('whose operation fails is settled, and said so', async () => {
    const { fire, began, end, settled, log } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    end(fired.id, new CoveyError('refused', 'n1 is dead'));
    await settled(fired.id, 'failed');
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: fired.id,
        msg: expect.stringContaining('n1 is dead'),
      }),
    );
  });

  it('that another peer has taken is left to it', async () => {
    const { set, quiet, calls } = setUp();
    const fired = deploy('https://h/foo');
    set({ id: fired.id, state: 'running', node: 'n2', since: '', event: fired });
    await quiet();
    expect(calls).toEqual([]);
  });

  it('from before the first start is history', async () => {
    const remembered = [deploy('https://h/foo')];
    const { history, quiet, calls } = setUp(remembered);
    await quiet();
    expect(history).toEqual(remembered);
    expect(calls).toEqual([]);
  });
});

describe('an event that is not valid', () => {
  it('of an unknown name is named in the log, and changes nothing', async () => {
    const { fire, quiet, log, records, calls } = setUp();
    fire(event('explode', { repo: 'https://h/foo', branch: 'm' }));
    await quiet();
    expect(log).toMatchObject([{ level: 'error', msg: 'Unknown event name: explode' }]);
    expect(records.size).toBe(0);
    expect(calls).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['no JSON', 'deploy', 'repo=foo'],
    ['nothing', 'deploy', ''],
    ['a list', 'deploy', []],
    ['no master', 'deploy', { repo: 'https://h/foo', branch: 'm' }],
    ['an empty branch', 'deploy', { repo: 'https://h/foo', branch: ' ', master: 'n1' }],
    ['a number for a name', 'deploy', { repo: 'https://h/foo', branch: 'm', master: 1 }],
    ['a word for a truth', 'deploy', { repo: 'https://h/foo', branch: 'm', master: 'n1', update: 'yes' }],
    ['no branch', 'destroy', { repo: 'https://h/foo' }],
    ['no target', 'migrate', { repo: 'https://h/foo', branch: 'm' }],
    ['an empty target', 'migrate', { repo: 'https://h/foo', branch: 'm', target: {} }],
    ['a blank target', 'migrate', { repo: 'https://h/foo', branch: 'm', target: { branch: '' } }],
    [
      'the source as target',
      'migrate',
      { repo: 'https://h/foo', branch: 'm', target: { repo: 'https://h/foo.git', branch: 'm' } },
    ],
    ['a word for an update', 'migrate', { repo: 'r', branch: 'm', target: { branch: 'q' }, update: 'no' }],
  ])('with %s is told what is expected, and changes nothing', async (_, name, payload) => {
    const { fire, quiet, log, records, calls } = setUp();
    fire(event(name, payload));
    await quiet();
    expect(log).toMatchObject([
      { level: 'error', msg: expect.stringMatching(/^Wrong event payload format\. Please provide json: \{/) },
    ]);
    expect(records.size).toBe(0);
    expect(calls).toEqual([]);
  });

  it('hinders none that comes after it', async () => {
    const { fire, began } = setUp();
    fire(event('deploy', 'nonsense'));
    fire(deploy('https://h/foo'));
    await began(1);
  });

  it('that fails by what may pass is tried again, some times', async () => {
    const { fire, began, end, settled, calls } = setUp();
    const [lucky, unlucky] = [deploy('https://h/lucky'), deploy('https://h/unlucky')];
    fire(lucky);
    await began(1);
    end(lucky.id, new CoveyError('unavailable', 'no leader'));
    await began(2);
    end(lucky.id);
    await settled(lucky.id, 'done');
    fire(unlucky);
    for (let tries = 1; tries <= 15; tries++) {
      await began(2 + tries);
      end(unlucky.id, new CoveyError('timeout', 'n1 says nothing'));
    }
    await settled(unlucky.id, 'failed');
    expect(calls).toHaveLength(17);
  });
});

describe('events of one app', () => {
  it('queue in the order of gossip’s time, whatever the form of the URL', async () => {
    const { fire, began, end, calls, quiet, settled } = setUp();
    const [one, two, three] = [deploy('https://h/foo'), deploy('https://h/foo.git'), deploy('https://h/foo')];
    for (const each of [one, two, three]) fire(each);
    await began(1);
    await quiet();
    expect(calls).toHaveLength(1);
    end(one.id);
    await began(2);
    // a failure holds up nothing
    end(two.id, new CoveyError('failed', 'broke'));
    await began(3);
    end(three.id);
    await settled(three.id, 'done');
    expect(calls.map(({ request }) => request.requestId)).toEqual([one.id, two.id, three.id]);
  });

  it('are not held up by those of another app', async () => {
    const { fire, began } = setUp();
    fire(deploy('https://h/foo'));
    fire(deploy('https://h/bar'));
    await began(2);
  });

  it('queue for source and target of a migrate alike', async () => {
    const { fire, began, end, calls, quiet, settled } = setUp();
    const first = deploy('https://h/b');
    const target = { repo: 'https://h/b' };
    const migrated = event('migrate', { repo: 'https://h/a', branch: 'master', target });
    const fired = [first, migrated, deploy('https://h/a'), deploy('https://h/c')];
    for (const each of fired) fire(each);
    await began(2);
    await quiet();
    const ids = () => calls.map(({ request }) => request.requestId);
    expect(ids()).toEqual([first.id, fired[3]?.id]);
    end(first.id);
    await began(3);
    await quiet();
    expect(ids().at(-1)).toBe(migrated.id);
    end(migrated.id);
    await began(4);
    for (const { id } of fired.slice(2)) end(id);
    for (const { id } of fired) await settled(id, 'done');
  });

  it('wait for the one that another peer runs, and take over its work when it dies', async () => {
    const { set, fire, quiet, began, calls, end, settled } = setUp();
    const [first, second] = [deploy('https://h/foo'), deploy('https://h/foo')];
    set({ id: first.id, state: 'running', node: 'n2', since: '', event: first });
    fire(second);
    await quiet();
    expect(calls).toEqual([]);
    set({ id: first.id, state: 'abandoned', node: 'n2', since: '', event: first });
    await began(1);
    expect(calls[0]?.request.requestId).toBe(first.id);
    end(first.id);
    await settled(first.id, 'done');
    await began(2);
    expect(calls[1]?.request.requestId).toBe(second.id);
  });
});

describe('a peer', () => {
  it('that loses its claim ends the operation, and takes the event up again if nobody else does', async () => {
    const { fire, began, calls, lose, end, quiet, settled } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    lose(fired.id);
    expect(calls[0]?.call.signal.aborted).toBe(true);
    await quiet();
    // its undoing takes a while
    end(fired.id, new CoveyError('cancelled', 'the session was lost'));
    await began(2);
    end(fired.id);
    await settled(fired.id, 'done');
  });

  it('that stops leaves its event to the others', async () => {
    const { fire, began, end, controller, bridge, outcome, quiet } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    controller.abort();
    end(fired.id, new CoveyError('cancelled', 'the peer stops'));
    await bridge;
    await quiet();
    expect(outcome(fired.id)).toBe('running');
  });
});
