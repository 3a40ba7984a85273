// Original file: proto/covey/v1/cluster.proto


export interface LeaveReply {
  /**
   * Name of the node that has left.
   */
  'node'?: (string);
}

export interface LeaveReply__Output {
  /**
   * Name of the node that has left.
   */
  'node': (string);
}
