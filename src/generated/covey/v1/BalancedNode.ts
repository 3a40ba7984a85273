// Original file: proto/covey/v1/cluster.proto


/**
 * One of several nodes that run services of an app, by the label covey.nodes.
 */
export interface BalancedNode {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Name of the node.
   */
  'node'?: (string);
  /**
   * Services of the compose file that run there by that label.
   */
  'services'?: (string)[];
  /**
   * "up": they run, and are healthy where a healthcheck is declared. "starting": one of them is not healthy yet. "down": one of
   * them does not run, or is unhealthy. "unknown": the node's peer does not answer. "left": it is no member any more, and the
   * app's next deploy leaves it out.
   */
  'state'?: (string);
  /**
   * Which of them are starting or down, and how, one line each.
   */
  'faults'?: (string)[];
}

/**
 * One of several nodes that run services of an app, by the label covey.nodes.
 */
export interface BalancedNode__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Name of the node.
   */
  'node': (string);
  /**
   * Services of the compose file that run there by that label.
   */
  'services': (string)[];
  /**
   * "up": they run, and are healthy where a healthcheck is declared. "starting": one of them is not healthy yet. "down": one of
   * them does not run, or is unhealthy. "unknown": the node's peer does not answer. "left": it is no member any more, and the
   * app's next deploy leaves it out.
   */
  'state': (string);
  /**
   * Which of them are starting or down, and how, one line each.
   */
  'faults': (string)[];
}
