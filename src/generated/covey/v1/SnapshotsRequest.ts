// Original file: proto/covey/v1/cluster.proto


export interface SnapshotsRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Only what this node has. Empty: every member that has not left.
   */
  'node'?: (string);
}

export interface SnapshotsRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Only what this node has. Empty: every member that has not left.
   */
  'node': (string);
}
