// Original file: proto/covey/v1/cluster.proto

import type { ContainerStatus as _covey_v1_ContainerStatus, ContainerStatus__Output as _covey_v1_ContainerStatus__Output } from '../../covey/v1/ContainerStatus.ts';
import type { Quarantine as _covey_v1_Quarantine, Quarantine__Output as _covey_v1_Quarantine__Output } from '../../covey/v1/Quarantine.ts';
import type { VolumeStatus as _covey_v1_VolumeStatus, VolumeStatus__Output as _covey_v1_VolumeStatus__Output } from '../../covey/v1/VolumeStatus.ts';
import type { NodeLoad as _covey_v1_NodeLoad, NodeLoad__Output as _covey_v1_NodeLoad__Output } from '../../covey/v1/NodeLoad.ts';
import type { Reach as _covey_v1_Reach, Reach__Output as _covey_v1_Reach__Output } from '../../covey/v1/Reach.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What a node tells of itself, as the peer that is asked has last heard it. Times are unix milliseconds.
 */
export interface NodeStatus {
  /**
   * Name of the node.
   */
  'name'?: (string);
  /**
   * False: its peer does not answer. The rest is then what it told last, and empty where it never told anything.
   */
  'reachable'?: (boolean);
  /**
   * Consul's index of the records that its proxies serve.
   */
  'generation'?: (number | string | Long);
  /**
   * Containers of the apps on this node.
   */
  'containers'?: (_covey_v1_ContainerStatus)[];
  /**
   * What this node could not apply, per app.
   */
  'quarantines'?: (_covey_v1_Quarantine)[];
  /**
   * Replicated volumes of the apps, of which this node has anything.
   */
  'volumes'?: (_covey_v1_VolumeStatus)[];
  /**
   * Version of its peer.
   */
  'version'?: (string);
  /**
   * Not set while it has told nothing of it.
   */
  'load'?: (_covey_v1_NodeLoad | null);
  /**
   * How it reaches the peers of the others, by name. Those that it has not talked with yet are left out.
   */
  'reach'?: (_covey_v1_Reach)[];
  /**
   * Why it is not reachable; empty where it is.
   */
  'error'?: (string);
}

/**
 * What a node tells of itself, as the peer that is asked has last heard it. Times are unix milliseconds.
 */
export interface NodeStatus__Output {
  /**
   * Name of the node.
   */
  'name': (string);
  /**
   * False: its peer does not answer. The rest is then what it told last, and empty where it never told anything.
   */
  'reachable': (boolean);
  /**
   * Consul's index of the records that its proxies serve.
   */
  'generation': (number);
  /**
   * Containers of the apps on this node.
   */
  'containers': (_covey_v1_ContainerStatus__Output)[];
  /**
   * What this node could not apply, per app.
   */
  'quarantines': (_covey_v1_Quarantine__Output)[];
  /**
   * Replicated volumes of the apps, of which this node has anything.
   */
  'volumes': (_covey_v1_VolumeStatus__Output)[];
  /**
   * Version of its peer.
   */
  'version': (string);
  /**
   * Not set while it has told nothing of it.
   */
  'load': (_covey_v1_NodeLoad__Output | null);
  /**
   * How it reaches the peers of the others, by name. Those that it has not talked with yet are left out.
   */
  'reach': (_covey_v1_Reach__Output)[];
  /**
   * Why it is not reachable; empty where it is.
   */
  'error': (string);
}
