// Original file: proto/covey/v1/cluster.proto

import type { App as _covey_v1_App, App__Output as _covey_v1_App__Output } from '../../covey/v1/App.ts';
import type { AppNode as _covey_v1_AppNode, AppNode__Output as _covey_v1_AppNode__Output } from '../../covey/v1/AppNode.ts';
import type { AppContainer as _covey_v1_AppContainer, AppContainer__Output as _covey_v1_AppContainer__Output } from '../../covey/v1/AppContainer.ts';
import type { Volume as _covey_v1_Volume, Volume__Output as _covey_v1_Volume__Output } from '../../covey/v1/Volume.ts';
import type { PastRelease as _covey_v1_PastRelease, PastRelease__Output as _covey_v1_PastRelease__Output } from '../../covey/v1/PastRelease.ts';
import type { AppQuarantine as _covey_v1_AppQuarantine, AppQuarantine__Output as _covey_v1_AppQuarantine__Output } from '../../covey/v1/AppQuarantine.ts';
import type { LockHolder as _covey_v1_LockHolder, LockHolder__Output as _covey_v1_LockHolder__Output } from '../../covey/v1/LockHolder.ts';
import type { PastOperation as _covey_v1_PastOperation, PastOperation__Output as _covey_v1_PastOperation__Output } from '../../covey/v1/PastOperation.ts';

export interface AppReply {
  /**
   * As in AppsReply.
   */
  'app'?: (_covey_v1_App | null);
  /**
   * Its master and its slave.
   */
  'nodes'?: (_covey_v1_AppNode)[];
  /**
   * On all nodes.
   */
  'containers'?: (_covey_v1_AppContainer)[];
  /**
   * As in VolumesReply.
   */
  'volumes'?: (_covey_v1_Volume)[];
  /**
   * Oldest first, the present one last; empty where the record cannot be read, or these cannot.
   */
  'releases'?: (_covey_v1_PastRelease)[];
  /**
   * The master has said what it has of the releases.
   */
  'releasesKnown'?: (boolean);
  /**
   * What is wrong with it, or not known of it, one line each; empty when all is well.
   */
  'problems'?: (string)[];
  /**
   * Parts of it that nodes could not apply.
   */
  'quarantines'?: (_covey_v1_AppQuarantine)[];
  /**
   * What holds its lock. Not set: nothing does.
   */
  'lock'?: (_covey_v1_LockHolder | null);
  /**
   * What was done to it last. Not set: nothing is known.
   */
  'lastOperation'?: (_covey_v1_PastOperation | null);
}

export interface AppReply__Output {
  /**
   * As in AppsReply.
   */
  'app': (_covey_v1_App__Output | null);
  /**
   * Its master and its slave.
   */
  'nodes': (_covey_v1_AppNode__Output)[];
  /**
   * On all nodes.
   */
  'containers': (_covey_v1_AppContainer__Output)[];
  /**
   * As in VolumesReply.
   */
  'volumes': (_covey_v1_Volume__Output)[];
  /**
   * Oldest first, the present one last; empty where the record cannot be read, or these cannot.
   */
  'releases': (_covey_v1_PastRelease__Output)[];
  /**
   * The master has said what it has of the releases.
   */
  'releasesKnown': (boolean);
  /**
   * What is wrong with it, or not known of it, one line each; empty when all is well.
   */
  'problems': (string)[];
  /**
   * Parts of it that nodes could not apply.
   */
  'quarantines': (_covey_v1_AppQuarantine__Output)[];
  /**
   * What holds its lock. Not set: nothing does.
   */
  'lock': (_covey_v1_LockHolder__Output | null);
  /**
   * What was done to it last. Not set: nothing is known.
   */
  'lastOperation': (_covey_v1_PastOperation__Output | null);
}
