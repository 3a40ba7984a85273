// Original file: proto/covey/v1/cluster.proto


/**
 * A container of an app, as in ContainerStatus, and where it is.
 */
export interface AppContainer {
  /**
   * Name of the node.
   */
  'node'?: (string);
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
   * As Docker says.
   */
  'state'?: (string);
  /**
   * As its healthcheck says; empty where none is declared.
   */
  'health'?: (string);
  /**
   * How often Docker started it again by its restart policy.
   */
  'restarts'?: (number);
}

/**
 * A container of an app, as in ContainerStatus, and where it is.
 */
export interface AppContainer__Output {
  /**
   * Name of the node.
   */
  'node': (string);
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
   * As Docker says.
   */
  'state': (string);
  /**
   * As its healthcheck says; empty where none is declared.
   */
  'health': (string);
  /**
   * How often Docker started it again by its restart policy.
   */
  'restarts': (number);
}
