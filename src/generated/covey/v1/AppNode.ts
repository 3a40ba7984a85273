// Original file: proto/covey/v1/cluster.proto


export interface AppNode {
  /**
   * Name of the node.
   */
  'name'?: (string);
  /**
   * "master" or "slave".
   */
  'role'?: (string);
  /**
   * Its peer answers.
   */
  'reachable'?: (boolean);
}

export interface AppNode__Output {
  /**
   * Name of the node.
   */
  'name': (string);
  /**
   * "master" or "slave".
   */
  'role': (string);
  /**
   * Its peer answers.
   */
  'reachable': (boolean);
}
