// Original file: proto/covey/v1/cluster.proto


export interface LogsRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Only the containers of this service of the compose file. Empty: all.
   */
  'service'?: (string);
  /**
   * Only the container of this name. Empty: all.
   */
  'container'?: (string);
  /**
   * The last lines of each container, at most 10000. Not set: 100, and with `since` 10000.
   */
  'tail'?: (number);
  /**
   * Only what was written since then: "2026-03-01T10:00:00Z", or how long ago, "2h". A time without an offset is UTC.
   * Empty: whenever.
   */
  'since'?: (string);
  /**
   * Go on with what is written from now on, until the caller cancels.
   */
  'follow'?: (boolean);
  /**
   * One of the nodes that run services of the app. It is followed there, as long as it has any there. Empty: the master.
   */
  'node'?: (string);
  '_tail'?: "tail";
}

export interface LogsRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Only the containers of this service of the compose file. Empty: all.
   */
  'service': (string);
  /**
   * Only the container of this name. Empty: all.
   */
  'container': (string);
  /**
   * The last lines of each container, at most 10000. Not set: 100, and with `since` 10000.
   */
  'tail'?: (number);
  /**
   * Only what was written since then: "2026-03-01T10:00:00Z", or how long ago, "2h". A time without an offset is UTC.
   * Empty: whenever.
   */
  'since': (string);
  /**
   * Go on with what is written from now on, until the caller cancels.
   */
  'follow': (boolean);
  /**
   * One of the nodes that run services of the app. It is followed there, as long as it has any there. Empty: the master.
   */
  'node': (string);
  '_tail'?: "tail";
}
