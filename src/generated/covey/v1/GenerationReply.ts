// Original file: proto/covey/v1/peer.proto


export interface GenerationReply {
  /**
   * Set when the node could not apply this app's part.
   */
  'error'?: (string);
}

export interface GenerationReply__Output {
  /**
   * Set when the node could not apply this app's part.
   */
  'error': (string);
}
