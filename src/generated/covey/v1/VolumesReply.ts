// Original file: proto/covey/v1/cluster.proto

import type { Volume as _covey_v1_Volume, Volume__Output as _covey_v1_Volume__Output } from '../../covey/v1/Volume.ts';

export interface VolumesReply {
  'volumes'?: (_covey_v1_Volume)[];
}

export interface VolumesReply__Output {
  'volumes': (_covey_v1_Volume__Output)[];
}
