import { z } from 'zod';
import { asCoveyError } from '../errors.ts';
import { sleep, type WatchCallbacks } from './blocking.ts';
import type { ConsulClient } from './client.ts';

/** A node, as the local agent's gossip sees it. */
export interface Member {
  name: string;
  /** IP on the cluster's network. */
  address: string;
  /** A node that is about to leave counts as `left`; one that went without a word is `failed`. */
  state: 'alive' | 'failed' | 'left';
  /** Whether it is a Consul server, and counts for the quorum. */
  server: boolean;
}

/**
 * Who is in the cluster. It comes from the local agent's gossip (`/v1/agent/members`), not from the catalog: gossip needs no
 * leader, so that a node without quorum still knows whom it can reach. Errors: those of ConsulClient.call.
 */
export interface Members {
  /** All members, the failed and the left included, by name. */
  list(signal?: AbortSignal): Promise<Member[]>;
  /** The node of the local agent. */
  self(signal?: AbortSignal): Promise<Member>;
  /**
   * The list at once, then after each change, up to a second late: gossip has no blocking query, and takes longer than that
   * to find a node dead. Keeps its last value while the agent is away; ends only by `signal`, without an error.
   */
  watch(signal: AbortSignal, callbacks?: WatchCallbacks): AsyncIterable<Member[]>;
  /**
   * The local agent leaves the cluster and ends. Others know it as `left`, and it does not count for the quorum any more.
   * Resolves also where the agent was gone before it could answer. Errors: `denied`, and what Consul gives for a reason not to.
   */
  leave(): Promise<void>;
  /** A failed member counts as `left`, and not for the quorum any more. `forget`: one that has left is not listed any more. */
  expel(node: string, options: { forget: boolean; signal: AbortSignal }): Promise<void>;
}

const POLL_MS = 1000;

/** For an agent that leaves, in milliseconds: it tells the others, waits for its RPCs to end and to be out of the quorum. */
const LEAVE_MS = 30_000;

// serf's member states: 0 none, 1 alive, 2 leaving, 3 left, 4 failed.
const states: Record<number, Member['state']> = { 1: 'alive', 2: 'left', 3: 'left', 4: 'failed' };
const memberSchema = z.object({
  Name: z.string(),
  Addr: z.string(),
  Status: z.number(),
  Tags: z.record(z.string(), z.string()).nullish(),
});
const selfSchema = z.object({ Member: memberSchema });

export function createMembers(consul: ConsulClient): Members {
  const { agent } = consul.raw;

  const list: Members['list'] = async (signal) => {
    const { body } = await consul.call((o) => agent.members({ ...o, wan: false }), { signal });
    return z
      .array(memberSchema)
      .parse(body)
      .map(member)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };

  const self: Members['self'] = async (signal) => {
    // The library's type of these options has no field in common with ours.
    const { body } = await consul.call((o) => agent.self(o as never), { signal });
    return member(selfSchema.parse(body).Member);
  };

  async function* watch(signal: AbortSignal, { onError, onRecover }: WatchCallbacks = {}) {
    let last: string | undefined;
    let failing = false;
    while (!signal.aborted) {
      try {
        const members = await list(signal);
        if (failing) onRecover?.();
        failing = false;
        const content = JSON.stringify(members);
        if (content !== last) {
          last = content;
          yield members;
        }
      } catch (error) {
        if (signal.aborted) return;
        failing = true;
        onError?.(asCoveyError(error));
      }
      await sleep(POLL_MS, signal);
    }
  }

  const leave: Members['leave'] = async () => {
    try {
      await consul.putJson('/agent/leave', undefined, { timeoutMs: LEAVE_MS });
    } catch (thrown) {
      // The agent ends with its answer, which may be lost with it.
      if (await answers()) throw thrown;
    }
  };

  const answers = () =>
    self(AbortSignal.timeout(POLL_MS)).then(
      () => true,
      () => false, // whatever the reason is, it cannot be asked any more
    );

  const expel: Members['expel'] = async (node, { forget, signal }) => {
    const path = `/agent/force-leave/${encodeURIComponent(node)}`;
    await consul.putJson(path, undefined, { query: forget ? { prune: 'true' } : {}, signal });
  };

  return { list, self, watch, leave, expel };
}

function member({ Name, Addr, Status, Tags }: z.infer<typeof memberSchema>): Member {
  return { name: Name, address: Addr, state: states[Status] ?? 'failed', server: Tags?.role === 'consul' };
}
