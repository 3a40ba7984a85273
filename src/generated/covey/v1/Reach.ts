// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Whether one node reaches the peer of another.
 */
export interface Reach {
  /**
   * Name of the other node.
   */
  'node'?: (string);
  /**
   * Its peer answers.
   */
  'reached'?: (boolean);
  /**
   * Since when that is so.
   */
  'since'?: (number | string | Long);
}

/**
 * Whether one node reaches the peer of another.
 */
export interface Reach__Output {
  /**
   * Name of the other node.
   */
  'node': (string);
  /**
   * Its peer answers.
   */
  'reached': (boolean);
  /**
   * Since when that is so.
   */
  'since': (number);
}
