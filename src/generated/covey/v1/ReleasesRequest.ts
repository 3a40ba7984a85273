// Original file: proto/covey/v1/cluster.proto


export interface ReleasesRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
}

export interface ReleasesRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
}
