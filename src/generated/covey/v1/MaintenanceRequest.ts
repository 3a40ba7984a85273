// Original file: proto/covey/v1/cluster.proto


export interface MaintenanceRequest {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * True begins it, false ends it.
   */
  'on'?: (boolean);
}

export interface MaintenanceRequest__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * True begins it, false ends it.
   */
  'on': (boolean);
}
