// Original file: proto/covey/v1/cluster.proto


/**
 * A part of the configuration that was refused; the last good one stays live.
 */
export interface Quarantine {
  'app'?: (string);
  /**
   * "record", "caddy" or "haproxy".
   */
  'part'?: (string);
  'error'?: (string);
}

/**
 * A part of the configuration that was refused; the last good one stays live.
 */
export interface Quarantine__Output {
  'app': (string);
  /**
   * "record", "caddy" or "haproxy".
   */
  'part': (string);
  'error': (string);
}
