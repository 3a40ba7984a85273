// Original file: proto/covey/v1/cluster.proto


export interface DeployRequest {
  /**
   * URL of the git repository: ssh://, https://, http://, git:// or user@host:path. Required.
   */
  'repo'?: (string);
  /**
   * Branch or tag. Required.
   */
  'branch'?: (string);
  /**
   * Node that runs the app. Required; a live member.
   */
  'master'?: (string);
  /**
   * Node that keeps a replica. Empty: none. A live member other than master.
   */
  'slave'?: (string);
  /**
   * Run update.sh of the release before the start.
   */
  'update'?: (boolean);
  /**
   * Queue behind whoever holds the app's lock instead of failing with ABORTED.
   */
  'wait'?: (boolean);
  /**
   * Only plan: the release is fetched, inspected and removed again; the stream ends with the plan. So does it with the other
   * requests that have this; the call Plan sets it by itself.
   */
  'planOnly'?: (boolean);
  /**
   * Identifies the request: the same id twice does its work once. Empty: the peer makes one.
   * Letters, digits and "-", at most 64. It becomes the deploy_id.
   */
  'requestId'?: (string);
  /**
   * The app's master is lost: `master` takes over from the newest snapshots that it holds. What was written after them
   * is lost to the app. Refused while the old master is alive. Look at the plan first: its warnings say how old they are.
   */
  'fromReplica'?: (boolean);
  /**
   * Deploy the commit that runs, whatever the branch has by now. NOT_FOUND: the app is new. FAILED_PRECONDITION: its record
   * does not say which commit runs.
   */
  'sameCommit'?: (boolean);
}

export interface DeployRequest__Output {
  /**
   * URL of the git repository: ssh://, https://, http://, git:// or user@host:path. Required.
   */
  'repo': (string);
  /**
   * Branch or tag. Required.
   */
  'branch': (string);
  /**
   * Node that runs the app. Required; a live member.
   */
  'master': (string);
  /**
   * Node that keeps a replica. Empty: none. A live member other than master.
   */
  'slave': (string);
  /**
   * Run update.sh of the release before the start.
   */
  'update': (boolean);
  /**
   * Queue behind whoever holds the app's lock instead of failing with ABORTED.
   */
  'wait': (boolean);
  /**
   * Only plan: the release is fetched, inspected and removed again; the stream ends with the plan. So does it with the other
   * requests that have this; the call Plan sets it by itself.
   */
  'planOnly': (boolean);
  /**
   * Identifies the request: the same id twice does its work once. Empty: the peer makes one.
   * Letters, digits and "-", at most 64. It becomes the deploy_id.
   */
  'requestId': (string);
  /**
   * The app's master is lost: `master` takes over from the newest snapshots that it holds. What was written after them
   * is lost to the app. Refused while the old master is alive. Look at the plan first: its warnings say how old they are.
   */
  'fromReplica': (boolean);
  /**
   * Deploy the commit that runs, whatever the branch has by now. NOT_FOUND: the app is new. FAILED_PRECONDITION: its record
   * does not say which commit runs.
   */
  'sameCommit': (boolean);
}
