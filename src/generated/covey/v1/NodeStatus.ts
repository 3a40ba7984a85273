// Original file: proto/covey/v1/cluster.proto

import type { ContainerStatus as _covey_v1_ContainerStatus, ContainerStatus__Output as _covey_v1_ContainerStatus__Output } from '../../covey/v1/ContainerStatus.ts';
import type { Quarantine as _covey_v1_Quarantine, Quarantine__Output as _covey_v1_Quarantine__Output } from '../../covey/v1/Quarantine.ts';
import type { VolumeStatus as _covey_v1_VolumeStatus, VolumeStatus__Output as _covey_v1_VolumeStatus__Output } from '../../covey/v1/VolumeStatus.ts';
import type { Long } from '@grpc/proto-loader';

export interface NodeStatus {
  /**
   * Name of the node.
   */
  'name'?: (string);
  /**
   * False: its peer does not answer; the rest is empty then.
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
}

export interface NodeStatus__Output {
  /**
   * Name of the node.
   */
  'name': (string);
  /**
   * False: its peer does not answer; the rest is empty then.
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
}
