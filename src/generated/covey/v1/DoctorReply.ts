// Original file: proto/covey/v1/cluster.proto

import type { Finding as _covey_v1_Finding, Finding__Output as _covey_v1_Finding__Output } from '../../covey/v1/Finding.ts';

export interface DoctorReply {
  /**
   * By node, in the order of the checks.
   */
  'findings'?: (_covey_v1_Finding)[];
}

export interface DoctorReply__Output {
  /**
   * By node, in the order of the checks.
   */
  'findings': (_covey_v1_Finding__Output)[];
}
