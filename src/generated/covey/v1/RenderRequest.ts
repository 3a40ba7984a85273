// Original file: proto/covey/v1/cluster.proto


export interface RenderRequest {
  /**
   * Only what this app, or "swarm/<key>", brings. Empty: the whole files.
   */
  'app'?: (string);
  /**
   * Empty: the app's master, and without an app, or for a swarm key, the node that is asked.
   */
  'node'?: (string);
  /**
   * Only how it differs from what is live.
   */
  'diff'?: (boolean);
}

export interface RenderRequest__Output {
  /**
   * Only what this app, or "swarm/<key>", brings. Empty: the whole files.
   */
  'app': (string);
  /**
   * Empty: the app's master, and without an app, or for a swarm key, the node that is asked.
   */
  'node': (string);
  /**
   * Only how it differs from what is live.
   */
  'diff': (boolean);
}
