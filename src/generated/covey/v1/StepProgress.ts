// Original file: proto/covey/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/covey/v1/cluster.proto

export const _covey_v1_StepProgress_State = {
  /**
   * Never sent.
   */
  STATE_UNSPECIFIED: 'STATE_UNSPECIFIED',
  /**
   * It has begun, or has got on.
   */
  RUNNING: 'RUNNING',
  /**
   * It is done.
   */
  DONE: 'DONE',
  /**
   * It failed, or its undo did: `detail` says why.
   */
  FAILED: 'FAILED',
  /**
   * It is being undone, since a step failed.
   */
  UNDOING: 'UNDOING',
  /**
   * All of it is undone.
   */
  UNDONE: 'UNDONE',
} as const;

export type _covey_v1_StepProgress_State =
  /**
   * Never sent.
   */
  | 'STATE_UNSPECIFIED'
  | 0
  /**
   * It has begun, or has got on.
   */
  | 'RUNNING'
  | 1
  /**
   * It is done.
   */
  | 'DONE'
  | 2
  /**
   * It failed, or its undo did: `detail` says why.
   */
  | 'FAILED'
  | 3
  /**
   * It is being undone, since a step failed.
   */
  | 'UNDOING'
  | 4
  /**
   * All of it is undone.
   */
  | 'UNDONE'
  | 5

export type _covey_v1_StepProgress_State__Output = typeof _covey_v1_StepProgress_State[keyof typeof _covey_v1_StepProgress_State]

export interface StepProgress {
  /**
   * That of the step in the plan.
   */
  'id'?: (string);
  /**
   * Node that does it.
   */
  'node'?: (string);
  /**
   * One line for people.
   */
  'title'?: (string);
  /**
   * What it changed to.
   */
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
  /**
   * That of the step in the plan.
   */
  'id': (string);
  /**
   * Node that does it.
   */
  'node': (string);
  /**
   * One line for people.
   */
  'title': (string);
  /**
   * What it changed to.
   */
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
