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
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
  'requestId'?: (string);
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
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
  'requestId': (string);
}
