// Original file: proto/covey/v1/cluster.proto


export interface Node {
  /**
   * As in Consul.
   */
  'name'?: (string);
  /**
   * IP address that the other members use.
   */
  'address'?: (string);
  /**
   * "alive", "failed" or "left", as Consul says.
   */
  'state'?: (string);
  /**
   * Version of its peer; empty when it does not answer.
   */
  'version'?: (string);
  /**
   * Apps whose master it is.
   */
  'masters'?: (number);
  /**
   * Apps whose slave it is.
   */
  'slaves'?: (number);
}

export interface Node__Output {
  /**
   * As in Consul.
   */
  'name': (string);
  /**
   * IP address that the other members use.
   */
  'address': (string);
  /**
   * "alive", "failed" or "left", as Consul says.
   */
  'state': (string);
  /**
   * Version of its peer; empty when it does not answer.
   */
  'version': (string);
  /**
   * Apps whose master it is.
   */
  'masters': (number);
  /**
   * Apps whose slave it is.
   */
  'slaves': (number);
}
