// Original file: proto/covey/v1/cluster.proto

import type { Plan as _covey_v1_Plan, Plan__Output as _covey_v1_Plan__Output } from '../../covey/v1/Plan.ts';
import type { StepProgress as _covey_v1_StepProgress, StepProgress__Output as _covey_v1_StepProgress__Output } from '../../covey/v1/StepProgress.ts';
import type { Outcome as _covey_v1_Outcome, Outcome__Output as _covey_v1_Outcome__Output } from '../../covey/v1/Outcome.ts';

/**
 * One change in the life of a running operation.
 */
export interface Progress {
  /**
   * The whole plan; comes once, when the release has been fetched and inspected.
   */
  'plan'?: (_covey_v1_Plan | null);
  /**
   * The step that changed.
   */
  'step'?: (_covey_v1_StepProgress | null);
  /**
   * Something the caller should know, for example a domain that was routed elsewhere.
   */
  'warning'?: (string);
  /**
   * Set in the last message of a successful operation.
   */
  'outcome'?: (_covey_v1_Outcome | null);
}

/**
 * One change in the life of a running operation.
 */
export interface Progress__Output {
  /**
   * The whole plan; comes once, when the release has been fetched and inspected.
   */
  'plan': (_covey_v1_Plan__Output | null);
  /**
   * The step that changed.
   */
  'step': (_covey_v1_StepProgress__Output | null);
  /**
   * Something the caller should know, for example a domain that was routed elsewhere.
   */
  'warning': (string);
  /**
   * Set in the last message of a successful operation.
   */
  'outcome': (_covey_v1_Outcome__Output | null);
}
