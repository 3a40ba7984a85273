import type { NodeDelta } from './delta.ts';
import type { Stamp } from './stamp.ts';

/** Which nodes somebody knows, and how much of each. */
export interface Digest {
  readonly stamps: readonly Stamp[];
  /** Whether these are all; where a digest had no room for all it is a part, another one each time. */
  readonly whole: boolean;
}

/**
 * What one node sends another. `syn` begins an exchange, `deltas` ends it with what the answer asked for, and `news` brings
 * what has just changed, to be passed on.
 */
export type Request =
  | { readonly kind: 'syn'; readonly digest: Digest }
  | { readonly kind: 'deltas'; readonly deltas: readonly NodeDelta[] }
  | { readonly kind: 'news'; readonly deltas: readonly NodeDelta[] };

/** What comes back: what the other one lacks, and how much is held here of the nodes of which the other has more. */
export interface Reply {
  readonly want: readonly Stamp[];
  readonly deltas: readonly NodeDelta[];
}

/** How nodes reach each other. */
export interface Transport {
  /**
   * Brings a request to a node and its answer back. It may arrive though this fails. Errors: any, where no answer
   * comes; it ends by the signal.
   */
  send(node: string, request: Request, signal: AbortSignal): Promise<Reply>;
}
