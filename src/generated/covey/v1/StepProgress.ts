// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/covey/v1/cluster.proto

export const _covey_v1_StepProgress_State = {
  STATE_UNSPECIFIED: 'STATE_UNSPECIFIED',
  RUNNING: 'RUNNING',
  DONE: 'DONE',
  FAILED: 'FAILED',
  UNDOING: 'UNDOING',
  UNDONE: 'UNDONE',
} as const;

export type _covey_v1_StepProgress_State =
  | 'STATE_UNSPECIFIED'
  | 0
  | 'RUNNING'
  | 1
  | 'DONE'
  | 2
  | 'FAILED'
  | 3
  | 'UNDOING'
  | 4
  | 'UNDONE'
  | 5

export type _covey_v1_StepProgress_State__Output = typeof _covey_v1_StepProgress_State[keyof typeof _covey_v1_StepProgress_State]

export interface StepProgress {
  'id'?: (string);
  'node'?: (string);
  /**
   * One line for people.
   */
  'title'?: (string);
  'state'?: (_covey_v1_StepProgress_State);
  /**
   * 0 to 100 where known, else -1.
   */
  'percent'?: (number);
  /**
   * The latest line of what the step does, for example a line of the build.
   */
  'detail'?: (string);
  /**
   * Time spent so far, in milliseconds.
   */
  'elapsedMs'?: (number | string | Long);
}

export interface StepProgress__Output {
  'id': (string);
  'node': (string);
  /**
   * One line for people.
   */
  'title': (string);
  'state': (_covey_v1_StepProgress_State__Output);
  /**
   * 0 to 100 where known, else -1.
   */
  'percent': (number);
  /**
   * The latest line of what the step does, for example a line of the build.
   */
  'detail': (string);
  /**
   * Time spent so far, in milliseconds.
   */
  'elapsedMs': (number);
}
