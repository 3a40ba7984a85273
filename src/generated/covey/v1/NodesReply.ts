// Original file: proto/covey/v1/cluster.proto

import type { Node as _covey_v1_Node, Node__Output as _covey_v1_Node__Output } from '../../covey/v1/Node.ts';

export interface NodesReply {
  /**
   * By name.
   */
  'nodes'?: (_covey_v1_Node)[];
}

export interface NodesReply__Output {
  /**
   * By name.
   */
  'nodes': (_covey_v1_Node__Output)[];
}
