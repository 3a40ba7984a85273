// Original file: proto/covey/v1/cluster.proto


export interface RemoveNodeRequest {
  /**
   * Name of the node. Required.
   */
  'node'?: (string);
}

export interface RemoveNodeRequest__Output {
  /**
   * Name of the node. Required.
   */
  'node': (string);
}
