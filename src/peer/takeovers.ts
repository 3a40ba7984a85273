import { randomUUID } from 'node:crypto';
import { LEASE_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import { asCoveyError } from '../errors.ts';
import type { Memory } from '../handlers/memory.ts';
import { reachersOf, situationOf } from '../handlers/takeover-readiness.ts';
import { CONSUL_LAG, GOSSIP_LAG, SILENT_AFTER } from '../lease/bounds.ts';
import { decide } from '../lease/decision.ts';
import type { Signs } from '../lease/signs.ts';
import { type Time, within } from '../lease/time.ts';
import { type Lease, leaseKey, parseLease } from '../lease/value.ts';
import type { Logger } from '../logger.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { FenceAction } from '../plan/fence-action.ts';
import { begunOf, readJournal } from '../plan/journal.ts';

/** From one look at the masters to the next, in milliseconds. */
const LOOK = 500;

/** After a takeover that found the app's lock held, in milliseconds: that of a node that was lost is free after 15 to 30 s. */
const RETRY_LOCKED = 2_000;
/** After one that failed, in milliseconds: each stands in the app's history, which is not to be full of them. */
const RETRY_FAILED = 20_000;

/** Consul's leader has so long to say whether a lease was renewed, in milliseconds. */
const READ_DEADLINE = 2_000;

/** At once, since a start is hard on the machine and on its disks. */
const TOGETHER = 4;

export interface TakeoverDeps {
  node: string;
  kv: Pick<Kv, 'get' | 'watch'>;
  memory: Memory;
  signs: Signs;
  /** That of `signs`. */
  time: Time;
  /** Whether the machine with that address gives any sign of life. It never fails. */
  answers(address: string): Promise<boolean>;
  takeOver(about: { app: string; requestId: string; fence: FenceAction }, signal: AbortSignal): Promise<void>;
  logger: Pick<Logger, 'warn' | 'error'>;
}

/** What all peers know of the leases, since any may be asked for the status. */
export async function followLeases(
  { kv, signs }: Pick<TakeoverDeps, 'kv' | 'signs'>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { entries } of kv.watch(LEASE_PREFIX, signal)) signs.leases(entries);
}

/** Takes over apps of which this node is the slave, when their master is lost. Ends with the signal. */
export async function takeOverWhenLost(deps: TakeoverDeps, signal: AbortSignal): Promise<void> {
  const { memory, node, logger } = deps;
  const running = new Map<string, Promise<void>>();
  /** App -> what was logged of it last. */
  const told = new Map<string, string>();
  const asked = new Set<string>();

  function look(): void {
    const apps = memory.view().apps.flatMap((app) => ('record' in app && app.record.takeover ? [app] : []));
    for (const master of new Set(apps.map(({ record }) => record.master))) {
      noteSigns(deps, master);
      void ask(master);
    }
    for (const app of apps.filter(({ record }) => record.slave === node)) {
      const situation = running.has(app.name) ? undefined : situationOf(memory, app, Date.now());
      if (situation === undefined) continue;
      const decision = decide(situation);
      if (decision.verdict !== 'take over') tell(app.name, decision.verdict === 'refuse' ? decision.why : '');
      else if (running.size < TOGETHER) {
        const taking = take(app).finally(() => running.delete(app.name));
        running.set(app.name, taking);
      }
    }
  }

  /** A machine that answers though its lease is silent has lost its peer alone. */
  async function ask(master: string): Promise<void> {
    const { signs, time } = deps;
    const address = memory.members().find(({ name }) => name === master)?.address;
    const silentFor = signs.of(master)?.silentFor ?? 0;
    if (address === undefined || silentFor < SILENT_AFTER || asked.has(master)) return;
    asked.add(master);
    const now = time.now();
    if (await deps.answers(address)) signs.alive(master, now);
    asked.delete(master);
  }

  function tell(app: string, why: string): void {
    // How long it lasts is no news.
    const gist = why.replaceAll(/\d+ \w+/g, '');
    if (gist !== '' && told.get(app) !== gist) logger.warn({ app }, `is not taken over: ${why}`);
    told.set(app, gist);
  }

  /** Never fails. The next look comes after it. */
  async function take(app: Existing): Promise<void> {
    const { name, record } = app;
    try {
      const unfinishedOn = await unfinishedNode(deps, app, signal);
      const situation = situationOf(memory, app, Date.now());
      const decision = situation && decide({ ...situation, unfinishedOn });
      const seen = memory.lease(record.master);
      if (situation === undefined || decision?.verdict !== 'take over' || seen === undefined) {
        tell(name, decision?.verdict === 'refuse' ? decision.why : '');
        return;
      }
      const { incarnation, counter } = seen.lease;
      // What this node has seen of it may lag behind, and a takeover that finds that out stands in the history.
      if (!(await isNewest(deps, record.master, seen.lease, signal))) return;
      const notBefore = deps.time.now() + situation.after - seen.silentFor;
      logger.warn({ app: name }, `is taken over: its master ${record.master} is lost`);
      const fence = { kind: 'fence', holder: record.master, incarnation, counter, notBefore } as const;
      await deps.takeOver({ app: name, requestId: randomUUID(), fence }, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const { code, message, hint = '' } = asCoveyError(thrown);
      tell(name, `${message} ${hint}`);
      await deps.time.sleep(code === 'locked' ? RETRY_LOCKED : RETRY_FAILED, signal);
    }
  }

  while (!signal.aborted) {
    try {
      look();
    } catch (thrown) {
      // Before Consul has told anything there is nothing to decide.
      if (asCoveyError(thrown).code !== 'unavailable') throw thrown;
    }
    await deps.time.sleep(LOOK, signal);
  }
  await Promise.all(running.values());
}

/** That Consul or somebody's peer knows the master alive says that it was, some time ago. */
function noteSigns({ memory, signs, time }: TakeoverDeps, master: string): void {
  const isAlive = memory.members().some(({ name, state }) => name === master && state === 'alive');
  if (isAlive && memory.consulAnswers()) signs.alive(master, time.now() - CONSUL_LAG);
  if (reachersOf(memory, master).length > 0) signs.alive(master, time.now() - GOSSIP_LAG);
}

/** Whether the lease is still as it was seen last, for Consul's leader. */
async function isNewest(
  { kv, time }: TakeoverDeps,
  master: string,
  { incarnation, counter }: Lease,
  signal: AbortSignal,
): Promise<boolean> {
  const bounded = within(time, READ_DEADLINE, signal);
  const found = await kv
    .get(leaseKey(master), { consistent: true, signal: bounded.signal })
    .finally(bounded.done);
  const lease = found && parseLease(found.value);
  return lease?.incarnation === incarnation && lease.counter === counter;
}

/** The master, or another node that is not alive, on which an operation that is not recorded has begun something. */
async function unfinishedNode(
  { kv, memory }: TakeoverDeps,
  { name, record }: Existing,
  signal: AbortSignal,
): Promise<string | undefined> {
  const entry = (await readJournal(kv, name, signal))?.entry;
  if (entry === undefined || entry.committed) return undefined;
  const live = memory.members().flatMap((member) => (member.state === 'alive' ? [member.name] : []));
  const nodes = begunOf(entry).map(({ step }) => step.node);
  return nodes.find((node) => node === record.master || !live.includes(node));
}
