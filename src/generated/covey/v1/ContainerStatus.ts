// Original file: proto/covey/v1/cluster.proto


export interface ContainerStatus {
  'app'?: (string);
  'service'?: (string);
  'name'?: (string);
  /**
   * As Docker says: "running", "exited", "restarting", ...
   */
  'state'?: (string);
  /**
   * "healthy", "unhealthy", "starting" or empty where no healthcheck is declared.
   */
  'health'?: (string);
}

export interface ContainerStatus__Output {
  'app': (string);
  'service': (string);
  'name': (string);
  /**
   * As Docker says: "running", "exited", "restarting", ...
   */
  'state': (string);
  /**
   * "healthy", "unhealthy", "starting" or empty where no healthcheck is declared.
   */
  'health': (string);
}
