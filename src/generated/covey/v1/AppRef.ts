// Original file: proto/covey/v1/cluster.proto


/**
 * An app, by its name or by where it comes from.
 */
export interface AppRef {
  /**
   * For example "foobar_master.ddb14". Empty: `repo` and `branch` say it.
   */
  'name'?: (string);
  /**
   * As in DeployRequest.
   */
  'repo'?: (string);
  /**
   * As in DeployRequest.
   */
  'branch'?: (string);
}

/**
 * An app, by its name or by where it comes from.
 */
export interface AppRef__Output {
  /**
   * For example "foobar_master.ddb14". Empty: `repo` and `branch` say it.
   */
  'name': (string);
  /**
   * As in DeployRequest.
   */
  'repo': (string);
  /**
   * As in DeployRequest.
   */
  'branch': (string);
}
