import type { Member } from '../consul/members.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { View } from '../proxy/view.ts';

/** What this peer knows of the cluster, by gossip and by what it follows in Consul. Nobody is asked for it, so it never waits. */
export interface Memory {
  /** What every member that has not left told of itself, by name. Errors: those of `members`. */
  nodes(): NodeStatus[];
  /** As Consul said last. Errors: `unavailable` before it said anything. */
  members(): readonly Member[];
  /** The newest records. Errors: `unavailable` before any were read. */
  view(): View;
  /** Whether Consul answers now: if not, members and records are as old as its last answer. */
  consulAnswers(): boolean;
  /** At once, and after whatever of it has changed since it was last taken; ends with the signal. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}
