// Original file: proto/covey/v1/cluster.proto

import type { FiredEvent as _covey_v1_FiredEvent, FiredEvent__Output as _covey_v1_FiredEvent__Output } from '../../covey/v1/FiredEvent.ts';

export interface EventsReply {
  /**
   * What changed last is the last.
   */
  'events'?: (_covey_v1_FiredEvent)[];
  /**
   * The peer that is asked acts on events; else (its setting `events`) it leaves them to others.
   */
  'enabled'?: (boolean);
}

export interface EventsReply__Output {
  /**
   * What changed last is the last.
   */
  'events': (_covey_v1_FiredEvent__Output)[];
  /**
   * The peer that is asked acts on events; else (its setting `events`) it leaves them to others.
   */
  'enabled': (boolean);
}
