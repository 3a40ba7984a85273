// Original file: proto/covey/v1/cluster.proto

import type { NodeStatus as _covey_v1_NodeStatus, NodeStatus__Output as _covey_v1_NodeStatus__Output } from '../../covey/v1/NodeStatus.ts';

export interface StatusReply {
  /**
   * By name.
   */
  'nodes'?: (_covey_v1_NodeStatus)[];
  /**
   * Everything that is wrong anywhere, one line each; empty when all is well.
   */
  'problems'?: (string)[];
  /**
   * What somebody should know though nothing is wrong, one line each.
   */
  'notices'?: (string)[];
}

export interface StatusReply__Output {
  /**
   * By name.
   */
  'nodes': (_covey_v1_NodeStatus__Output)[];
  /**
   * Everything that is wrong anywhere, one line each; empty when all is well.
   */
  'problems': (string)[];
  /**
   * What somebody should know though nothing is wrong, one line each.
   */
  'notices': (string)[];
}
