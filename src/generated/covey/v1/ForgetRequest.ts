// Original file: proto/covey/v1/peer.proto


export interface ForgetRequest {
  /**
   * Name of the node that has left. Required.
   */
  'node'?: (string);
}

export interface ForgetRequest__Output {
  /**
   * Name of the node that has left. Required.
   */
  'node': (string);
}
