// Original file: proto/covey/v1/cluster.proto


export interface DoctorRequest {
  /**
   * Empty: the node that is asked.
   */
  'node'?: (string);
  /**
   * Every member that has not left; `node` is empty then.
   */
  'all'?: (boolean);
}

export interface DoctorRequest__Output {
  /**
   * Empty: the node that is asked.
   */
  'node': (string);
  /**
   * Every member that has not left; `node` is empty then.
   */
  'all': (boolean);
}
