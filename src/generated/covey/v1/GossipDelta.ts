// Original file: proto/covey/v1/peer.proto

import type { GossipStamp as _covey_v1_GossipStamp, GossipStamp__Output as _covey_v1_GossipStamp__Output } from '../../covey/v1/GossipStamp.ts';
import type { GossipEntry as _covey_v1_GossipEntry, GossipEntry__Output as _covey_v1_GossipEntry__Output } from '../../covey/v1/GossipEntry.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The entries of a node with versions above `from`, up to `to`.
 */
export interface GossipDelta {
  /**
   * How much the sender holds.
   */
  'stamp'?: (_covey_v1_GossipStamp | null);
  'from'?: (number | string | Long);
  'to'?: (number | string | Long);
  /**
   * In the order of their versions.
   */
  'entries'?: (_covey_v1_GossipEntry)[];
}

/**
 * The entries of a node with versions above `from`, up to `to`.
 */
export interface GossipDelta__Output {
  /**
   * How much the sender holds.
   */
  'stamp': (_covey_v1_GossipStamp__Output | null);
  'from': (number);
  'to': (number);
  /**
   * In the order of their versions.
   */
  'entries': (_covey_v1_GossipEntry__Output)[];
}
