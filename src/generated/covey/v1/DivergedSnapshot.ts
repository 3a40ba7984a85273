// Original file: proto/covey/v1/cluster.proto


export interface DivergedSnapshot {
  /**
   * Node that holds it.
   */
  'node'?: (string);
  /**
   * Its name, as covey snapshots shows it.
   */
  'snapshot'?: (string);
}

export interface DivergedSnapshot__Output {
  /**
   * Node that holds it.
   */
  'node': (string);
  /**
   * Its name, as covey snapshots shows it.
   */
  'snapshot': (string);
}
