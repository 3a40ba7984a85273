// Original file: proto/covey/v1/cluster.proto


export interface CloneRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Replicated volume of the app, by short or full name. Required.
   */
  'volume'?: (string);
  /**
   * Full name of the copy. Required.
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

export interface CloneRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Replicated volume of the app, by short or full name. Required.
   */
  'volume': (string);
  /**
   * Full name of the copy. Required.
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
