// Original file: proto/covey/v1/cluster.proto

import type { NodeStatus as _covey_v1_NodeStatus, NodeStatus__Output as _covey_v1_NodeStatus__Output } from '../../covey/v1/NodeStatus.ts';
import type { BalancedNode as _covey_v1_BalancedNode, BalancedNode__Output as _covey_v1_BalancedNode__Output } from '../../covey/v1/BalancedNode.ts';

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
  /**
   * Of all apps that run on several nodes, by app; of each the master first.
   */
  'balanced'?: (_covey_v1_BalancedNode)[];
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
  /**
   * Of all apps that run on several nodes, by app; of each the master first.
   */
  'balanced': (_covey_v1_BalancedNode__Output)[];
}
