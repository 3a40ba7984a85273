import { takeLease } from '../../src/handlers/fence.ts';
import { CONSUL_LAG, GOSSIP_LAG, SILENT_AFTER } from '../../src/lease/bounds.ts';
import { decide } from '../../src/lease/decision.ts';
import { createKeeper, type Keeper } from '../../src/lease/keeper.ts';
import type { LastLease, LeaseFile } from '../../src/lease/memory.ts';
import { createSigns } from '../../src/lease/signs.ts';
import { seeded } from './gossip-simulation.ts';
import { createVirtualConsul } from './virtual-consul.ts';
import { createVirtualTime } from './virtual-time.ts';

const APP = 'app_m.1';
const MASTER = 'node1';
const SLAVE = 'node2';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What may befall a node, from a moment on, for some time, in milliseconds. */
export interface Mishap {
  kind: 'partition' | 'machine' | 'peer' | 'consul' | 'stop';
  node: 'node1' | 'node2';
  at: number;
  for: number;
}

export interface WorldResult {
  /** When two nodes ran the app at once; undefined: never. */
  twoWritersAt: number | undefined;
  /** When the slave's app ran first. */
  takenOverAt: number | undefined;
  /** Who runs the app in the end. */
  running: string[];
}

/**
 * A master with its peer, a slave, and Consul, by the very code of the lease and of the decision. Docker, gossip and the operation of
 * a takeover are models with the times that they take.
 */
export async function simulateTakeover(
  seed: number,
  mishaps: readonly Mishap[],
  until: number,
  network: { slow?: number; lossy?: number } = {},
): Promise<WorldResult> {
  const random = seeded(seed);
  const between = (least: number, most: number) => least + random() * (most - least);
  const time = createVirtualTime();
  const consul = createVirtualConsul(time, random, network);
  const isHit = (node: string, ...kinds: Mishap['kind'][]) =>
    mishaps.some(
      (it) =>
        it.node === node && kinds.includes(it.kind) && time.now() >= it.at && time.now() < it.at + it.for,
    );
  const isCut = (node: string) => () => isHit(node, 'partition', 'machine', 'consul');
  const record = { master: MASTER, slave: SLAVE as string | null };
  /** What an operation has begun to start, and not recorded. */
  let starting: string | undefined;
  const running = new Set<string>();
  let twoWritersAt: number | undefined;
  let takenOverAt: number | undefined;

  function runs(node: string): void {
    running.add(node);
    if (running.size > 1) twoWritersAt ??= time.now();
    if (node === SLAVE) takenOverAt ??= time.now();
  }

  // The master.
  let boot = 1;
  let stored: LastLease | null = null;
  let keeper: Keeper | undefined;
  const never = new AbortController().signal;

  function startPeer(): void {
    // What a life that has ended still does comes to nothing; but a request that it had sent may arrive.
    const isOver = () => keeper !== life;
    const file: LeaseFile = {
      value: () => stored,
      set: async (value) => {
        if (!isOver()) stored = value;
      },
    };
    const kv = consul.from(() => isOver() || isCut(MASTER)());
    const life: Keeper = createKeeper({
      ...{ node: MASTER, kv, file, boot: `${boot}`, time, logger: silent },
      stop: async (apps, { graceSeconds }) => {
        if (isOver() || !apps.includes(APP) || !running.has(MASTER)) return { ran: [], failed: [] };
        await time.sleep(between(50, graceSeconds * 1000 + 300), never);
        if (!isOver()) running.delete(MASTER);
        return { ran: [APP], failed: [] };
      },
    });
    keeper = life;
    const known = time.now() + between(200, 1_500);
    const follow = () => {
      if (keeper !== life) return;
      if (isCut(MASTER)()) time.at(time.now() + 100, follow);
      else life.follow(() => (record.master === MASTER && record.slave ? [APP] : []), startApp);
    };
    time.at(known, follow);
    void life.run();

    async function startApp(_app: string, signal: AbortSignal): Promise<boolean> {
      if (running.has(MASTER)) return true;
      if (isCut(MASTER)() || consul.isLocked() || life.forbids(APP)) return false;
      if (starting !== undefined) return false;
      if (record.master !== MASTER) return true;
      await time.sleep(between(300, 2_000), signal);
      // Docker may start it though compose was killed.
      if (signal.aborted && random() < 0.5) return false;
      if (keeper === life && !isHit(MASTER, 'machine')) runs(MASTER);
      return true;
    }
    // As boot.ts does after the machine's boot.
    const boots = async () => {
      if (keeper !== life) return;
      if (!(await startApp(APP, never))) time.at(time.now() + 5_000, () => void boots());
    };
    time.at(known + 100, () => void boots());
  }

  function endPeer(): void {
    keeper = undefined;
  }

  // The slave.
  const signs = createSigns(time.now);
  let lastAlive = 0;
  let lastReached = 0;
  const consulLag = between(4_000, 8_000);
  const gossipLag = between(2_000, 7_000);

  function lookAtMaster(): void {
    time.at(time.now() + 500, lookAtMaster);
    // Who is cut off himself takes the others for lost.
    if (!isCut(MASTER)() && !isCut(SLAVE)()) lastAlive = time.now();
    const isApart = isHit(MASTER, 'partition', 'machine', 'peer', 'stop') || isHit(SLAVE, 'partition');
    if (!isApart) lastReached = time.now();
    if (isCut(SLAVE)()) return;
    if (record.slave !== SLAVE) return;
    // What is followed comes late, above all after the node was cut off.
    const entries = consul.entries();
    time.at(time.now() + between(5, random() < 0.1 ? 3_000 : 100), () => {
      if (!isCut(SLAVE)()) signs.leases(entries);
    });
    const isAlive = time.now() - lastAlive < consulLag;
    const isReached = time.now() - lastReached < gossipLag;
    if (isAlive) signs.alive(MASTER, time.now() - CONSUL_LAG);
    if (isReached) signs.alive(MASTER, time.now() - GOSSIP_LAG);
    const answers = !isHit(MASTER, 'partition', 'machine') && !isHit(SLAVE, 'partition');
    if (answers && (signs.of(MASTER)?.silentFor ?? 0) > SILENT_AFTER) signs.alive(MASTER, time.now());
    const seen = signs.of(MASTER);
    const decision = decide({
      ...{ master: MASTER, after: 10_000, maxAge: 1, consulAnswers: true, unfinishedOn: undefined },
      state: isAlive ? 'alive' : 'failed',
      reachedBy: isReached ? ['node3'] : [],
      lease: seen && { ...seen, covers: seen.lease.apps.includes(APP), guarded: seen.lease.guarded },
      volumes: [{ volume: 'v', age: 0 }],
    });
    if (starting !== undefined) return;
    const notBefore = time.now() + 10_000 - (seen?.silentFor ?? 0);
    if (decision.verdict === 'take over' && seen) void takeOver({ ...seen.lease, notBefore });
  }

  async function takeOver(lease: { incarnation: string; counter: number; notBefore: number }): Promise<void> {
    const lock = consul.lock(isCut(SLAVE));
    if (lock === undefined) return;
    starting = '';
    try {
      await time.sleep(between(100, 1_500), lock.signal);
      const kv = consul.from(isCut(SLAVE)) as Parameters<typeof takeLease>[0]['kv'];
      const fence = { holder: MASTER, ...lease };
      await takeLease({ kv, node: SLAVE, memory: { lease: signs.of }, time }, lock, fence, lock.signal);
      starting = SLAVE;
      await time.sleep(between(300, 2_000), lock.signal);
      lock.signal.throwIfAborted();
      runs(SLAVE);
      await time.sleep(between(300, 1_500), lock.signal);
      while (isCut(SLAVE)()) {
        lock.signal.throwIfAborted();
        await time.sleep(200, lock.signal);
      }
      lock.signal.throwIfAborted();
      Object.assign(record, { master: SLAVE, slave: null });
      starting = undefined;
    } catch {
      // Undone; the journal goes once Consul can be told.
      await time.sleep(between(50, 2_000), never);
      running.delete(SLAVE);
      while (isCut(SLAVE)()) await time.sleep(200, never);
      starting = undefined;
    }
    await lock.release();
  }

  runs(MASTER);
  startPeer();
  time.at(500, lookAtMaster);
  for (const mishap of mishaps.filter(({ node }) => node === MASTER)) {
    const { kind, at } = mishap;
    const back = at + mishap.for;
    if (kind === 'machine') {
      time.at(at, () => {
        endPeer();
        running.delete(MASTER);
        boot += 1;
      });
      time.at(back, () => keeper ?? startPeer());
    }
    if (kind === 'peer') {
      time.at(at, endPeer);
      time.at(back, () => keeper ?? (isHit(MASTER, 'machine') ? undefined : startPeer()));
    }
    if (kind === 'stop') {
      time.at(at, () => {
        const life = keeper;
        void life?.close().then(() => {
          if (keeper === life) endPeer();
        });
      });
      time.at(back, () => keeper ?? (isHit(MASTER, 'machine') ? undefined : startPeer()));
    }
  }
  await time.runTo(until);
  return { twoWritersAt, takenOverAt, running: [...running] };
}
