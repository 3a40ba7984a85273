import { createBell } from '../../src/bell.ts';
import type { WatchCallbacks } from '../../src/consul/blocking.ts';
import type { Kv, KvEntry } from '../../src/consul/kv.ts';
import { CoveyError } from '../../src/errors.ts';
import type { Memory } from '../../src/handlers/memory.ts';
import { createFeed, type Feed } from './feed.ts';
import { memoryOf, type Remembered } from './memory.ts';

/** A memory that changes while somebody follows it. */
export function livingMemory(first: Remembered): Memory & { becomes(next: Remembered): void } {
  const bell = createBell();
  let now = memoryOf(first);
  return {
    nodes: () => now.nodes(),
    members: () => now.members(),
    view: () => now.view(),
    consulAnswers: () => now.consulAnswers(),
    changes: bell.rings,
    becomes: (next) => {
      now = memoryOf(next);
      bell.ring();
    },
  };
}

/** Keys of Consul that are followed: what is put below a prefix comes to who follows it. */
export function followedKeys(): Pick<Kv, 'watch'> & {
  put(prefix: string, values: Record<string, string>): void;
  /** Consul does not answer whoever follows from now on. */
  fail(): void;
} {
  const feeds = new Map<string, Feed<KvEntry[]>[]>();
  const last = new Map<string, Record<string, string>>();
  let isAway = false;
  const entriesOf = (values: Record<string, string>): KvEntry[] =>
    Object.entries(values).map(([key, value]) => ({ key, value, modifyIndex: 1, createIndex: 1 }));
  return {
    put: (prefix, values) => {
      last.set(prefix, values);
      for (const feed of feeds.get(prefix) ?? []) feed.put(entriesOf(values));
    },
    fail: () => {
      isAway = true;
    },
    async *watch(prefix: string, signal: AbortSignal, callbacks?: WatchCallbacks) {
      const feed = createFeed<KvEntry[]>();
      feeds.set(prefix, [...(feeds.get(prefix) ?? []), feed]);
      if (isAway) callbacks?.onError?.(new CoveyError('unavailable', 'Consul does not answer'));
      else feed.put(entriesOf(last.get(prefix) ?? {}));
      for await (const entries of feed.watch(signal)) yield { index: 1, entries };
    },
  };
}
