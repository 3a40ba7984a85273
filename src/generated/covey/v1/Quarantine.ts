// Original file: proto/covey/v1/cluster.proto


/**
 * A part of the configuration that was refused; the last good one stays live.
 */
export interface Quarantine {
  /**
   * Its name, or "swarm/<key>".
   */
  'app'?: (string);
  /**
   * "record", "caddy" or "haproxy"; "swarm" for what a swarm key says.
   */
  'part'?: (string);
  /**
   * Why, as the part's reader or its proxy says.
   */
  'error'?: (string);
}

/**
 * A part of the configuration that was refused; the last good one stays live.
 */
export interface Quarantine__Output {
  /**
   * Its name, or "swarm/<key>".
   */
  'app': (string);
  /**
   * "record", "caddy" or "haproxy"; "swarm" for what a swarm key says.
   */
  'part': (string);
  /**
   * Why, as the part's reader or its proxy says.
   */
  'error': (string);
}
