import { expect, onTestFinished, vi } from 'vitest';
import type { ClaimRecord, Claims } from '../../../src/consul/claims.ts';
import type { ConsulEvent, Events } from '../../../src/consul/events.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { createLogger } from '../../../src/logger.ts';
import { type BridgeDeps, bridgeEvents } from '../../../src/peer/events.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { createFeed } from '../../support/feed.ts';

type Call = Parameters<Handlers['Cluster']['Deploy']>[1];

/** What the cluster knows of events, as Consul's store would keep it; `lose` is the loss of this peer's session. */
function ledger() {
  const records = new Map<string, ClaimRecord>();
  const changes = createFeed<ClaimRecord[]>();
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
    watch: (signal) => changes.watch(signal),
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

export const event = (name: string, payload: unknown, id = `event-${ltime + 1}`): ConsulEvent => ({
  id,
  name,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  ltime: ++ltime,
});

export const deploy = (repo: string, more: object = {}) =>
  event('deploy', { repo, branch: 'master', master: 'n1', ...more });

/** A bridge over a ledger and operations that end when they are told to. */
export function setUp(remembered: ConsulEvent[] = []) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const fired = createFeed<ConsulEvent>();
  const kept = ledger();
  const events: Pick<Events, 'list' | 'watch'> = {
    list: async () => remembered,
    watch: (signal) => fired.watch(signal),
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
