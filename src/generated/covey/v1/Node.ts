// Original file: proto/covey/v1/cluster.proto

import type { NodeLoad as _covey_v1_NodeLoad, NodeLoad__Output as _covey_v1_NodeLoad__Output } from '../../covey/v1/NodeLoad.ts';

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
   * Version of its peer, as it was last told; empty where it never was.
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
  /**
   * Its peer does not answer.
   */
  'silent'?: (boolean);
  /**
   * Not set while it has told nothing of it.
   */
  'load'?: (_covey_v1_NodeLoad | null);
  /**
   * Apps of other masters of which it runs services, as their records say.
   */
  'servicesOf'?: (number);
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
   * Version of its peer, as it was last told; empty where it never was.
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
  /**
   * Its peer does not answer.
   */
  'silent': (boolean);
  /**
   * Not set while it has told nothing of it.
   */
  'load': (_covey_v1_NodeLoad__Output | null);
  /**
   * Apps of other masters of which it runs services, as their records say.
   */
  'servicesOf': (number);
}
