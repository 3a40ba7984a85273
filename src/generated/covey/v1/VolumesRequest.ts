// Original file: proto/covey/v1/cluster.proto


export interface VolumesRequest {
  /**
   * Name of the app. Empty: all.
   */
  'app'?: (string);
}

export interface VolumesRequest__Output {
  /**
   * Name of the app. Empty: all.
   */
  'app': (string);
}
