// Original file: proto/covey/v1/cluster.proto


export interface RemoveNodeReply {
  /**
   * Name of the node that was removed.
   */
  'node'?: (string);
}

export interface RemoveNodeReply__Output {
  /**
   * Name of the node that was removed.
   */
  'node': (string);
}
