// Original file: proto/covey/v1/cluster.proto


export interface VolumesRequest {
  /**
   * Name of the app. Empty: all.
   */
  'app'?: (string);
  /**
   * Asks the nodes too what a purge would remove now.
   */
  'retention'?: (boolean);
}

export interface VolumesRequest__Output {
  /**
   * Name of the app. Empty: all.
   */
  'app': (string);
  /**
   * Asks the nodes too what a purge would remove now.
   */
  'retention': (boolean);
}
