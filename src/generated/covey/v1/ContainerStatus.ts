// Original file: proto/covey/v1/cluster.proto


export interface ContainerStatus {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Name of the service in the compose file.
   */
  'service'?: (string);
  /**
   * Name of the container.
   */
  'name'?: (string);
  /**
   * As Docker says: "running", "exited", "restarting", ...
   */
  'state'?: (string);
  /**
   * "healthy", "unhealthy", "starting" or empty where no healthcheck is declared.
   */
  'health'?: (string);
  /**
   * How often Docker started it again by its restart policy.
   */
  'restarts'?: (number);
  /**
   * It has ended, and is no task that has done its work: it ended with another status than 0, or Docker would always start it again.
   */
  'down'?: (boolean);
  /**
   * Somebody runs it beside the service, by "docker compose run".
   */
  'oneOff'?: (boolean);
}

export interface ContainerStatus__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Name of the service in the compose file.
   */
  'service': (string);
  /**
   * Name of the container.
   */
  'name': (string);
  /**
   * As Docker says: "running", "exited", "restarting", ...
   */
  'state': (string);
  /**
   * "healthy", "unhealthy", "starting" or empty where no healthcheck is declared.
   */
  'health': (string);
  /**
   * How often Docker started it again by its restart policy.
   */
  'restarts': (number);
  /**
   * It has ended, and is no task that has done its work: it ended with another status than 0, or Docker would always start it again.
   */
  'down': (boolean);
  /**
   * Somebody runs it beside the service, by "docker compose run".
   */
  'oneOff': (boolean);
}
