// Original file: proto/covey/v1/cluster.proto

import type { Volume as _covey_v1_Volume, Volume__Output as _covey_v1_Volume__Output } from '../../covey/v1/Volume.ts';
import type { Retention as _covey_v1_Retention, Retention__Output as _covey_v1_Retention__Output } from '../../covey/v1/Retention.ts';

export interface VolumesReply {
  /**
   * By app and volume.
   */
  'volumes'?: (_covey_v1_Volume)[];
  /**
   * Only if asked for: by app, volume and node, of the masters and slaves.
   */
  'retention'?: (_covey_v1_Retention)[];
}

export interface VolumesReply__Output {
  /**
   * By app and volume.
   */
  'volumes': (_covey_v1_Volume__Output)[];
  /**
   * Only if asked for: by app, volume and node, of the masters and slaves.
   */
  'retention': (_covey_v1_Retention__Output)[];
}
