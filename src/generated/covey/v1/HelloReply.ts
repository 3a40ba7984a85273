// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface HelloReply {
  'name'?: (string);
  'version'?: (string);
  /**
   * By the node's clock, in unix milliseconds.
   */
  'timeMs'?: (number | string | Long);
}

export interface HelloReply__Output {
  'name': (string);
  'version': (string);
  /**
   * By the node's clock, in unix milliseconds.
   */
  'timeMs': (number);
}
