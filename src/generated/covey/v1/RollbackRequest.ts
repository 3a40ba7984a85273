// Original file: proto/covey/v1/cluster.proto


export interface RollbackRequest {
  /**
   * Name of the app. Required.
   */
  'app'?: (string);
  /**
   * Deploy id of the release to go back to, or how it begins. Empty: the one before the present one.
   */
  'to'?: (string);
  /**
   * Only commit and images: the data stays.
   */
  'codeOnly'?: (boolean);
  /**
   * Only the volumes: the release stays.
   */
  'dataOnly'?: (boolean);
  /**
   * As in DeployRequest.
   */
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
  /**
   * Deploy id of the present release, as it was when somebody saw the plan: with another one it is refused. Empty: whichever.
   */
  'from'?: (string);
  /**
   * Identifies the request, as in DeployRequest, and becomes the deploy_id: asked for once more, a rollback would else go
   * forth again. Not used with `data_only`, which commits no release.
   */
  'requestId'?: (string);
}

export interface RollbackRequest__Output {
  /**
   * Name of the app. Required.
   */
  'app': (string);
  /**
   * Deploy id of the release to go back to, or how it begins. Empty: the one before the present one.
   */
  'to': (string);
  /**
   * Only commit and images: the data stays.
   */
  'codeOnly': (boolean);
  /**
   * Only the volumes: the release stays.
   */
  'dataOnly': (boolean);
  /**
   * As in DeployRequest.
   */
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
  /**
   * Deploy id of the present release, as it was when somebody saw the plan: with another one it is refused. Empty: whichever.
   */
  'from': (string);
  /**
   * Identifies the request, as in DeployRequest, and becomes the deploy_id: asked for once more, a rollback would else go
   * forth again. Not used with `data_only`, which commits no release.
   */
  'requestId': (string);
}
