import type { Claims } from '../consul/claims.ts';
import type { Events } from '../consul/events.ts';
import type { Kv } from '../consul/kv.ts';
import type { AcquireLock } from '../consul/lock.ts';
import type { Member } from '../consul/members.ts';
import type { Faults } from '../faults.ts';
import type { ExecInput } from '../generated/covey/v1/ExecInput.ts';
import type { ExecOutput } from '../generated/covey/v1/ExecOutput.ts';
import type { Finding } from '../generated/covey/v1/Finding.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import type { LogsRequest } from '../generated/covey/v1/LogsRequest.ts';
import type { NodeSnapshotsReply } from '../generated/covey/v1/NodeSnapshotsReply.ts';
import type { RenderReply } from '../generated/covey/v1/RenderReply.ts';
import type { RenderRequest } from '../generated/covey/v1/RenderRequest.ts';
import type { Retention } from '../generated/covey/v1/Retention.ts';
import type { Logger } from '../logger.ts';
import type { Performer } from '../plan/runner.ts';
import type { Membership } from './membership.ts';
import type { Memory } from './memory.ts';
import type { joinObservers } from './observer.ts';

/** Bounds of what a handler waits for, in milliseconds. */
interface Bounds {
  /** A live node that has not acknowledged a generation by then is named, and no longer waited for. */
  acknowledge: number;
  /** The same where requests wait already: who is held up by a silent node are visitors. */
  hold: number;
  /** A node that has not answered a quick question by then is passed over. */
  observe: number;
  /** An examination of another node, whose checks have a shorter deadline of their own, or a look at all of its snapshots. */
  examine: number;
  /** One step's undo. */
  undo: number;
}

/** The other nodes, and this one, as a coordinator uses them. Every call ends with its signal or its deadline. */
export interface Nodes {
  /** Does steps of one app's operation under the fencing number of its lock. */
  performer(operation: { app: string; id: string; fence: number }): Performer;
  /** Resolves once the node serves the app's generation; with its error where it could not apply the app's part. */
  awaitGeneration(node: string, app: string, generation: number, signal: AbortSignal): Promise<string>;
  /** The snapshots that the node has of an app's volumes, and which of some images. */
  snapshots(
    node: string,
    about: { project: string; volumes: string[]; images?: string[] },
    signal: AbortSignal,
  ): Promise<NodeSnapshotsReply>;
  /** What the node's proxies would have, or how that differs from what they have. */
  render(node: string, request: RenderRequest, signal: AbortSignal): Promise<RenderReply>;
  /** What the app's containers there have written; followed, until the node is no longer the app's master. */
  logs(node: string, request: LogsRequest, signal: AbortSignal): AsyncIterable<LogsEvent>;
  /** Runs a command in a container there, as the first of `inputs` says; the rest is its input. */
  exec(node: string, inputs: AsyncIterable<ExecInput>, signal: AbortSignal): AsyncIterable<ExecOutput>;
  /** What a purge would remove there, of one app's volumes, or of all where the name is empty. */
  retention(node: string, app: string, signal: AbortSignal): Promise<Retention[]>;
  /** What the node's doctor finds. */
  examine(node: string, signal: AbortSignal): Promise<Finding[]>;
  /** Has the node leave the cluster. */
  leave(node: string, signal: AbortSignal): Promise<void>;
  /** Has the node's Consul take another one, that has left, off its list. Whether it was on it. */
  forget(node: string, other: string, signal: AbortSignal): Promise<boolean>;
  /** Version of the node's peer. */
  version(node: string, signal: AbortSignal): Promise<string>;
  /** The node's clock, in unix milliseconds. */
  time(node: string, signal: AbortSignal): Promise<number>;
}

/** What every handler is given. */
export interface Deps {
  /** This node. */
  node: string;
  logger: Logger;
  kv: Kv;
  acquire: AcquireLock;
  /** All members that Consul knows. */
  members: () => Promise<Member[]>;
  membership: Membership;
  nodes: Nodes;
  memory: Memory;
  /** Root of all deployments. */
  deployRoot: string;
  bounds: Bounds;
  faults: Faults;
  /** Is told of each operation, and never fails. */
  observer: ReturnType<typeof joinObservers>;
  /** Consul's events, and what became of those that peers put down. */
  events: Pick<Events, 'fire'> &
    Pick<Claims, 'list' | 'watch'> & {
      /** False: this peer acts on none. */
      enabled: boolean;
    };
}
