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
}
