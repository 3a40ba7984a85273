// Original file: proto/covey/v1/cluster.proto

import type { HeldSnapshot as _covey_v1_HeldSnapshot, HeldSnapshot__Output as _covey_v1_HeldSnapshot__Output } from '../../covey/v1/HeldSnapshot.ts';

export interface SnapshotsReply {
  /**
   * Oldest first.
   */
  'snapshots'?: (_covey_v1_HeldSnapshot)[];
  /**
   * The nodes of which nothing is known, one line each, with the reason.
   */
  'problems'?: (string)[];
}

export interface SnapshotsReply__Output {
  /**
   * Oldest first.
   */
  'snapshots': (_covey_v1_HeldSnapshot__Output)[];
  /**
   * The nodes of which nothing is known, one line each, with the reason.
   */
  'problems': (string)[];
}
