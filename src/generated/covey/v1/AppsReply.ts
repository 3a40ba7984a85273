// Original file: proto/covey/v1/cluster.proto

import type { App as _covey_v1_App, App__Output as _covey_v1_App__Output } from '../../covey/v1/App.ts';

export interface AppsReply {
  /**
   * By name.
   */
  'apps'?: (_covey_v1_App)[];
}

export interface AppsReply__Output {
  /**
   * By name.
   */
  'apps': (_covey_v1_App__Output)[];
}
