// Original file: proto/covey/v1/cluster.proto

import type { Plan as _covey_v1_Plan, Plan__Output as _covey_v1_Plan__Output } from '../../covey/v1/Plan.ts';

export interface PlanReply {
  /**
   * As it comes in Progress.
   */
  'plan'?: (_covey_v1_Plan | null);
  /**
   * What was said while it was made, for example that another node reads the repository.
   */
  'warnings'?: (string)[];
}

export interface PlanReply__Output {
  /**
   * As it comes in Progress.
   */
  'plan': (_covey_v1_Plan__Output | null);
  /**
   * What was said while it was made, for example that another node reads the repository.
   */
  'warnings': (string)[];
}
