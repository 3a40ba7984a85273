// Original file: proto/covey/v1/cluster.proto


export interface DestroyRequest {
  /**
   * As in DeployRequest. Required.
   */
  'repo'?: (string);
  /**
   * As in DeployRequest. Required.
   */
  'branch'?: (string);
  /**
   * As in DeployRequest.
   */
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
  /**
   * Identifies the request, as in DeployRequest: the same id twice does its work once.
   */
  'requestId'?: (string);
  /**
   * The app's master is lost for good: the app is removed without it. What the master holds stays there; replicas stay where
   * they are. Refused while the master is alive.
   */
  'lost'?: (boolean);
}

export interface DestroyRequest__Output {
  /**
   * As in DeployRequest. Required.
   */
  'repo': (string);
  /**
   * As in DeployRequest. Required.
   */
  'branch': (string);
  /**
   * As in DeployRequest.
   */
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
  /**
   * Identifies the request, as in DeployRequest: the same id twice does its work once.
   */
  'requestId': (string);
  /**
   * The app's master is lost for good: the app is removed without it. What the master holds stays there; replicas stay where
   * they are. Refused while the master is alive.
   */
  'lost': (boolean);
}
