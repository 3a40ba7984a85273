// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerationReply {
  'generation'?: (number | string | Long);
  /**
   * Set when the node could not apply this app's part.
   */
  'error'?: (string);
}

export interface GenerationReply__Output {
  'generation': (number);
  /**
   * Set when the node could not apply this app's part.
   */
  'error': (string);
}
