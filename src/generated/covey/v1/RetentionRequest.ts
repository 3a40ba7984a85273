// Original file: proto/covey/v1/peer.proto


export interface RetentionRequest {
  /**
   * Name of the app. Empty: all.
   */
  'app'?: (string);
}

export interface RetentionRequest__Output {
  /**
   * Name of the app. Empty: all.
   */
  'app': (string);
}
