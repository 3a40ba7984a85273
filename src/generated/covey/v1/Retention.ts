// Original file: proto/covey/v1/cluster.proto


/**
 * The snapshots of a volume on a node by its retention pattern. Nothing is removed by asking.
 */
export interface Retention {
  /**
   * Name of the app.
   */
  'app'?: (string);
  /**
   * Full name of the volume.
   */
  'volume'?: (string);
  /**
   * Node whose snapshots they are.
   */
  'node'?: (string);
  /**
   * For example "1h:1d:1w:4w:1y", or "off".
   */
  'pattern'?: (string);
  /**
   * How many snapshots of the volume there are, of all kinds.
   */
  'snapshots'?: (number);
  /**
   * Those that a purge would remove now, oldest first.
   */
  'remove'?: (string)[];
  /**
   * Why nothing would be removed whatever the pattern says, or why the node has not answered; empty otherwise.
   */
  'held'?: (string);
}

/**
 * The snapshots of a volume on a node by its retention pattern. Nothing is removed by asking.
 */
export interface Retention__Output {
  /**
   * Name of the app.
   */
  'app': (string);
  /**
   * Full name of the volume.
   */
  'volume': (string);
  /**
   * Node whose snapshots they are.
   */
  'node': (string);
  /**
   * For example "1h:1d:1w:4w:1y", or "off".
   */
  'pattern': (string);
  /**
   * How many snapshots of the volume there are, of all kinds.
   */
  'snapshots': (number);
  /**
   * Those that a purge would remove now, oldest first.
   */
  'remove': (string)[];
  /**
   * Why nothing would be removed whatever the pattern says, or why the node has not answered; empty otherwise.
   */
  'held': (string);
}
