// Original file: proto/covey/v1/cluster.proto


export interface AppRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
}

export interface AppRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
}
