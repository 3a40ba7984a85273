// Original file: proto/covey/v1/peer.proto


export interface ForgetReply {
  /**
   * Whether it was on the list when this was asked.
   */
  'listed'?: (boolean);
}

export interface ForgetReply__Output {
  /**
   * Whether it was on the list when this was asked.
   */
  'listed': (boolean);
}
