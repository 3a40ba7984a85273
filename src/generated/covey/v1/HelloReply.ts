// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface HelloReply {
  /**
   * Name of the node.
   */
  'name'?: (string);
  /**
   * Version of its covey.
   */
  'version'?: (string);
  /**
   * By the node's clock, in unix milliseconds.
   */
  'timeMs'?: (number | string | Long);
}

export interface HelloReply__Output {
  /**
   * Name of the node.
   */
  'name': (string);
  /**
   * Version of its covey.
   */
  'version': (string);
  /**
   * By the node's clock, in unix milliseconds.
   */
  'timeMs': (number);
}
