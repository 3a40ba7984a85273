// Original file: proto/covey/v1/peer.proto

import type { GossipDigest as _covey_v1_GossipDigest, GossipDigest__Output as _covey_v1_GossipDigest__Output } from '../../covey/v1/GossipDigest.ts';
import type { GossipDeltas as _covey_v1_GossipDeltas, GossipDeltas__Output as _covey_v1_GossipDeltas__Output } from '../../covey/v1/GossipDeltas.ts';

export interface GossipRequest {
  /**
   * Begins an exchange.
   */
  'syn'?: (_covey_v1_GossipDigest | null);
  /**
   * Ends it, with what the answer asked for.
   */
  'deltas'?: (_covey_v1_GossipDeltas | null);
  /**
   * What has just changed, to be passed on.
   */
  'news'?: (_covey_v1_GossipDeltas | null);
  'kind'?: "syn"|"deltas"|"news";
}

export interface GossipRequest__Output {
  /**
   * Begins an exchange.
   */
  'syn'?: (_covey_v1_GossipDigest__Output | null);
  /**
   * Ends it, with what the answer asked for.
   */
  'deltas'?: (_covey_v1_GossipDeltas__Output | null);
  /**
   * What has just changed, to be passed on.
   */
  'news'?: (_covey_v1_GossipDeltas__Output | null);
  'kind'?: "syn"|"deltas"|"news";
}
