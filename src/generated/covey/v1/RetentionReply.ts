// Original file: proto/covey/v1/peer.proto

import type { Retention as _covey_v1_Retention, Retention__Output as _covey_v1_Retention__Output } from '../../covey/v1/Retention.ts';

export interface RetentionReply {
  /**
   * By app and volume.
   */
  'retention'?: (_covey_v1_Retention)[];
}

export interface RetentionReply__Output {
  /**
   * By app and volume.
   */
  'retention': (_covey_v1_Retention__Output)[];
}
