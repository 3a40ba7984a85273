// Original file: proto/covey/v1/cluster.proto

import type { BalancedNode as _covey_v1_BalancedNode, BalancedNode__Output as _covey_v1_BalancedNode__Output } from '../../covey/v1/BalancedNode.ts';
import type { Long } from '@grpc/proto-loader';

export interface App {
  /**
   * For example "foobar_master.ddb14".
   */
  'name'?: (string);
  /**
   * URL of its git repository, as it was deployed.
   */
  'repo'?: (string);
  /**
   * Branch or tag.
   */
  'branch'?: (string);
  /**
   * Node that runs it.
   */
  'master'?: (string);
  /**
   * Empty: none.
   */
  'slave'?: (string);
  /**
   * Identifies its release; empty in records that the original wrote without one.
   */
  'deployId'?: (string);
  /**
   * As in the record: %Y-%m-%dT%H%M%S.%f, UTC.
   */
  'deployDate'?: (string);
  /**
   * Its site addresses.
   */
  'urls'?: (string)[];
  /**
   * Full names of its volumes.
   */
  'volumes'?: (string)[];
  /**
   * Its maintenance page is shown instead of its sites.
   */
  'maintenance'?: (boolean);
  /**
   * Consul's ModifyIndex of the record.
   */
  'generation'?: (number | string | Long);
  /**
   * Why the record can't be read or served; empty when all is well.
   */
  'error'?: (string);
  /**
   * The nodes that run services of it by the label covey.nodes, the master first. Empty: its master alone runs it.
   */
  'balanced'?: (_covey_v1_BalancedNode)[];
}

export interface App__Output {
  /**
   * For example "foobar_master.ddb14".
   */
  'name': (string);
  /**
   * URL of its git repository, as it was deployed.
   */
  'repo': (string);
  /**
   * Branch or tag.
   */
  'branch': (string);
  /**
   * Node that runs it.
   */
  'master': (string);
  /**
   * Empty: none.
   */
  'slave': (string);
  /**
   * Identifies its release; empty in records that the original wrote without one.
   */
  'deployId': (string);
  /**
   * As in the record: %Y-%m-%dT%H%M%S.%f, UTC.
   */
  'deployDate': (string);
  /**
   * Its site addresses.
   */
  'urls': (string)[];
  /**
   * Full names of its volumes.
   */
  'volumes': (string)[];
  /**
   * Its maintenance page is shown instead of its sites.
   */
  'maintenance': (boolean);
  /**
   * Consul's ModifyIndex of the record.
   */
  'generation': (number);
  /**
   * Why the record can't be read or served; empty when all is well.
   */
  'error': (string);
  /**
   * The nodes that run services of it by the label covey.nodes, the master first. Empty: its master alone runs it.
   */
  'balanced': (_covey_v1_BalancedNode__Output)[];
}
