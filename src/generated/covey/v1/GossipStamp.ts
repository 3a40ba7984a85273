// Original file: proto/covey/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * How much somebody holds of a node.
 */
export interface GossipStamp {
  /**
   * Name of the node.
   */
  'node'?: (string);
  /**
   * Which run of the node it is: its start in unix milliseconds, or higher. 0: nothing is held.
   */
  'incarnation'?: (number | string | Long);
  /**
   * All entries up to this version are held.
   */
  'version'?: (number | string | Long);
  /**
   * Tombstones up to this version are collected.
   */
  'floor'?: (number | string | Long);
  /**
   * When the node left for good, in unix milliseconds. 0: it has not.
   */
  'goneAt'?: (number | string | Long);
}

/**
 * How much somebody holds of a node.
 */
export interface GossipStamp__Output {
  /**
   * Name of the node.
   */
  'node': (string);
  /**
   * Which run of the node it is: its start in unix milliseconds, or higher. 0: nothing is held.
   */
  'incarnation': (number);
  /**
   * All entries up to this version are held.
   */
  'version': (number);
  /**
   * Tombstones up to this version are collected.
   */
  'floor': (number);
  /**
   * When the node left for good, in unix milliseconds. 0: it has not.
   */
  'goneAt': (number);
}
