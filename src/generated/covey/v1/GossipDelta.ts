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
  /**
   * A version that whoever takes this has to hold up to; 0: the entries replace all that is held.
   */
  'from'?: (number | string | Long);
  /**
   * Up to this version whoever takes this holds all. Below that of the stamp where the delta was cut.
   */
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
  /**
   * A version that whoever takes this has to hold up to; 0: the entries replace all that is held.
   */
  'from': (number);
  /**
   * Up to this version whoever takes this holds all. Below that of the stamp where the delta was cut.
   */
  'to': (number);
  /**
   * In the order of their versions.
   */
  'entries': (_covey_v1_GossipEntry__Output)[];
}
