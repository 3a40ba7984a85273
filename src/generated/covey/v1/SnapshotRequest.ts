// Original file: proto/covey/v1/cluster.proto


export interface SnapshotRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Replicated volumes of the app, by short or full name. Empty: all.
   */
  'volumes'?: (string)[];
  /**
   * Stop the app for the moment of the snapshots.
   */
  'stop'?: (boolean);
  /**
   * As in DeployRequest.
   */
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
}

export interface SnapshotRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Replicated volumes of the app, by short or full name. Empty: all.
   */
  'volumes': (string)[];
  /**
   * Stop the app for the moment of the snapshots.
   */
  'stop': (boolean);
  /**
   * As in DeployRequest.
   */
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
}
