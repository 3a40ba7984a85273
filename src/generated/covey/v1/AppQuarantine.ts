// Original file: proto/covey/v1/cluster.proto


/**
 * A part of an app that a node could not apply, as in Quarantine.
 */
export interface AppQuarantine {
  /**
   * Name of the node.
   */
  'node'?: (string);
  /**
   * "record", "caddy" or "haproxy".
   */
  'part'?: (string);
  /**
   * Why.
   */
  'error'?: (string);
}

/**
 * A part of an app that a node could not apply, as in Quarantine.
 */
export interface AppQuarantine__Output {
  /**
   * Name of the node.
   */
  'node': (string);
  /**
   * "record", "caddy" or "haproxy".
   */
  'part': (string);
  /**
   * Why.
   */
  'error': (string);
}
