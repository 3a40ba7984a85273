// Original file: proto/covey/v1/cluster.proto


export interface LeaveRequest {
  /**
   * Name of the node. Required.
   */
  'node'?: (string);
}

export interface LeaveRequest__Output {
  /**
   * Name of the node. Required.
   */
  'node': (string);
}
