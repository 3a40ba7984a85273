// Original file: proto/covey/v1/cluster.proto

import type { PastRelease as _covey_v1_PastRelease, PastRelease__Output as _covey_v1_PastRelease__Output } from '../../covey/v1/PastRelease.ts';

export interface ReleasesReply {
  /**
   * Oldest first.
   */
  'releases'?: (_covey_v1_PastRelease)[];
  /**
   * Why it is not known what is there of the releases, of the app's master; empty where it is known.
   */
  'problem'?: (string);
}

export interface ReleasesReply__Output {
  /**
   * Oldest first.
   */
  'releases': (_covey_v1_PastRelease__Output)[];
  /**
   * Why it is not known what is there of the releases, of the app's master; empty where it is known.
   */
  'problem': (string);
}
