// A cluster that gossips, in memory and in rounds: the code of src/gossip over a network with loss, delay and partitions. The
// same seed gives the same run.
import { setImmediate as settle } from 'node:timers/promises';
import { createGossip, type Gossip } from '../../src/gossip/gossip.ts';
import type { Reply, Request, Transport } from '../../src/gossip/message.ts';
import type { Random } from '../../src/gossip/random.ts';
import { createReplica, type Replica } from '../../src/gossip/replica.ts';
import { exchangeRound, newsRound } from '../../src/gossip/round.ts';
import { compareStamps } from '../../src/gossip/stamp.ts';
import { replyBytes, requestBytes } from './gossip-bytes.ts';

export interface SimulationOptions {
  nodes: number;
  seed: number;
  /** Share of the messages that get lost, each for itself. */
  loss?: number;
  /** A message takes 0 to so many rounds. */
  delay?: number;
  /** False: exchanges alone. */
  news?: boolean;
  /** Most bytes of each part of a message. */
  limit?: number;
  keepTombstones?: number;
  keepGone?: number;
}

export interface Simulation {
  readonly names: readonly string[];
  /** Those that run. */
  live(): Replica[];
  replica(name: string): Replica;
  /** All that run hold what they would after many rounds in peace: each other's states. */
  acquaint(): void;
  round(): Promise<void>;
  /** Rounds until the condition holds. Fails after `most`. */
  until(condition: () => boolean, most: number): Promise<number>;
  /** All that run hold the same, and of each that runs what it says itself. */
  agree(): boolean;
  kill(name: string): void;
  /** Again, with nothing of what it knew. */
  start(name: string): void;
  /** It says so, tells it in one round, and ends. Others do not talk to it any more. */
  leave(name: string): Promise<void>;
  /** Who is of another group is not reached. */
  cut(group: (name: string) => unknown): void;
  setLoss(loss: number): void;
  /** Bytes that each node sent in each round until now, and the longest message. */
  traffic(): { perNodeAndRound: number[]; longest: number };
}

interface Node {
  replica: Replica;
  gossip: Gossip;
  transport: Transport;
}

const ROUND_MS = 1_000;
const START = Date.UTC(2026, 0, 1);
/** In rounds, beyond those of the delay. */
const TIMEOUT = 2;

const COLLECT_ROUNDS = 5;

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function simulate(options: SimulationOptions): Simulation {
  const { delay = 0, news = true, limit, keepTombstones = 3_600_000, keepGone = 86_400_000 } = options;
  const random = seeded(options.seed);
  const names = Array.from({ length: options.nodes }, (_, index) => `node${index + 1}`);
  const running = new Map<string, Node>();
  const members = new Set(names);
  let loss = options.loss ?? 0;
  let groupOf: (name: string) => unknown = () => 0;
  let now = 0;
  let due: { round: number; run: () => void }[] = [];
  const sent = new Map<string, number>();
  const perNodeAndRound: number[] = [];
  let longest = 0;

  function start(name: string): void {
    const clock = () => START + now * ROUND_MS;
    const keep = { keepTombstones, keepGone };
    const replica = createReplica({ node: name, incarnation: clock(), now: clock, random, ...keep });
    const gossip = createGossip({ replica, random, ...(limit !== undefined && { limit }) });
    running.set(name, { replica, gossip, transport: { send: (to, request) => send(name, to, request) } });
    members.add(name);
  }
  for (const name of names) start(name);

  function post(from: string, to: string, bytes: number, deliver: () => void): void {
    sent.set(from, (sent.get(from) ?? 0) + bytes);
    longest = Math.max(longest, bytes);
    if (random() < loss || groupOf(from) !== groupOf(to)) return;
    due.push({ round: now + Math.floor(random() * (delay + 1)), run: deliver });
  }

  /** A message takes effect in the next leg of a round, never in its own: nothing comes further by the order of nodes. */
  function send(from: string, to: string, request: Request): Promise<Reply> {
    const sender = running.get(from);
    return new Promise((resolve, reject) => {
      due.push({ round: now + TIMEOUT + 2 * delay, run: () => reject(new Error(`${to} does not answer`)) });
      post(from, to, requestBytes(request), () => {
        const reply = running.get(to)?.gossip.receive(request);
        if (reply === undefined) return;
        post(to, from, replyBytes(reply), () => {
          if (running.get(from) === sender) resolve(reply);
        });
      });
    });
  }

  async function deliver(): Promise<void> {
    for (;;) {
      await settle();
      const leg = due.filter(({ round }) => round <= now);
      if (leg.length === 0) return;
      due = due.filter(({ round }) => round > now);
      for (const { run } of leg) run();
    }
  }

  async function round(): Promise<void> {
    now += 1;
    const { signal } = new AbortController();
    for (const [name, { replica, gossip, transport }] of running) {
      if (now % COLLECT_ROUNDS === 0) replica.collect();
      const others = [...members].filter((other) => other !== name);
      const deps = { gossip, transport, random };
      if (news) void newsRound(deps, others, signal);
      void exchangeRound(deps, others, signal);
    }
    await deliver();
    for (const name of running.keys()) perNodeAndRound.push(sent.get(name) ?? 0);
    sent.clear();
  }

  const live = () => [...running.values()].map(({ replica }) => replica);

  function replica(name: string): Replica {
    const node = running.get(name);
    if (!node) throw new Error(`${name} does not run`);
    return node.replica;
  }

  function agree(): boolean {
    const [first, ...rest] = live();
    if (!first) return true;
    const own = live().every(({ node, states }) => {
      const stamp = states().get(node)?.stamp;
      const known = first.states().get(node)?.stamp;
      return stamp !== undefined && known !== undefined && compareStamps(stamp, known) === 0;
    });
    if (!own) return false;
    const known = [...first.states().values()].map(({ stamp }) => stamp);
    return rest.every(({ states }) => {
      if (states().size !== known.length) return false;
      return known.every((stamp) => {
        const other = states().get(stamp.node)?.stamp;
        return other === stamp || (other !== undefined && compareStamps(other, stamp) === 0);
      });
    });
  }

  return {
    names,
    live,
    replica,
    acquaint: () => {
      const deltas = live().flatMap(({ node, states }) => {
        const state = states().get(node);
        return state
          ? [{ stamp: state.stamp, from: 0, to: state.stamp.version, entries: state.entries }]
          : [];
      });
      for (const each of live()) {
        each.apply(deltas, { news: false });
        each.takeNews();
      }
    },
    round,
    until: async (condition, most) => {
      for (let rounds = 0; rounds <= most; rounds++) {
        if (condition()) return rounds;
        await round();
      }
      throw new Error(`not within ${most} rounds`);
    },
    agree,
    kill: (name) => running.delete(name),
    start,
    leave: async (name) => {
      replica(name).leave();
      await round();
      running.delete(name);
      members.delete(name);
    },
    cut: (group) => {
      groupOf = group;
    },
    setLoss: (share) => {
      loss = share;
    },
    traffic: () => ({ perNodeAndRound, longest }),
  };
}
