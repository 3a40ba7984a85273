// Original file: proto/covey/v1/cluster.proto

import type { PastOperation as _covey_v1_PastOperation, PastOperation__Output as _covey_v1_PastOperation__Output } from '../../covey/v1/PastOperation.ts';

export interface HistoryReply {
  /**
   * The newest last.
   */
  'operations'?: (_covey_v1_PastOperation)[];
  /**
   * Of all apps: the histories that cannot be read, one line each.
   */
  'problems'?: (string)[];
}

export interface HistoryReply__Output {
  /**
   * The newest last.
   */
  'operations': (_covey_v1_PastOperation__Output)[];
  /**
   * Of all apps: the histories that cannot be read, one line each.
   */
  'problems': (string)[];
}
