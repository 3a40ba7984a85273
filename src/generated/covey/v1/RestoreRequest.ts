// Original file: proto/covey/v1/cluster.proto


export interface RestoreRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Replicated volumes of the app, by short or full name. Empty: all.
   */
  'volumes'?: (string)[];
  /**
   * The newest snapshot of each volume of that time or before: "2026-03-01T10:00:00Z", or how long ago, "2h". A time
   * without an offset is UTC. Empty: the newest.
   */
  'at'?: (string);
  /**
   * These snapshots, one a volume; `volumes` and `at` are empty then.
   */
  'snapshots'?: (string)[];
  /**
   * Full name of another volume that gets the state of the one volume that is meant; the app goes on. Empty: none.
   */
  'to'?: (string);
  /**
   * As in DeployRequest.
   */
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
}

export interface RestoreRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Replicated volumes of the app, by short or full name. Empty: all.
   */
  'volumes': (string)[];
  /**
   * The newest snapshot of each volume of that time or before: "2026-03-01T10:00:00Z", or how long ago, "2h". A time
   * without an offset is UTC. Empty: the newest.
   */
  'at': (string);
  /**
   * These snapshots, one a volume; `volumes` and `at` are empty then.
   */
  'snapshots': (string)[];
  /**
   * Full name of another volume that gets the state of the one volume that is meant; the app goes on. Empty: none.
   */
  'to': (string);
  /**
   * As in DeployRequest.
   */
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
}
