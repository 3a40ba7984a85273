// Original file: proto/covey/v1/cluster.proto


/**
 * What one check of a node found, on one line each.
 */
export interface Finding {
  /**
   * Node that was examined.
   */
  'node'?: (string);
  /**
   * Its name, for example "store space".
   */
  'check'?: (string);
  /**
   * "ok", "warning" or "error".
   */
  'state'?: (string);
  /**
   * What was seen.
   */
  'found'?: (string);
  /**
   * How to mend it, on that node; empty where all is ok.
   */
  'hint'?: (string);
}

/**
 * What one check of a node found, on one line each.
 */
export interface Finding__Output {
  /**
   * Node that was examined.
   */
  'node': (string);
  /**
   * Its name, for example "store space".
   */
  'check': (string);
  /**
   * "ok", "warning" or "error".
   */
  'state': (string);
  /**
   * What was seen.
   */
  'found': (string);
  /**
   * How to mend it, on that node; empty where all is ok.
   */
  'hint': (string);
}
