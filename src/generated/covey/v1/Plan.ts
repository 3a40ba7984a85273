// Original file: proto/covey/v1/cluster.proto

import type { PlanStep as _covey_v1_PlanStep, PlanStep__Output as _covey_v1_PlanStep__Output } from '../../covey/v1/PlanStep.ts';

/**
 * What an operation will do, in order.
 */
export interface Plan {
  /**
   * Name of the app, for example "foobar_master.ddb14".
   */
  'app'?: (string);
  /**
   * "deploy", "destroy", "snapshot", "restore", "clone", "migrate" or "rollback".
   */
  'operation'?: (string);
  /**
   * In the order in which they begin.
   */
  'steps'?: (_covey_v1_PlanStep)[];
  /**
   * Said before anything is done, for example volumes that go with the app.
   */
  'warnings'?: (string)[];
  /**
   * Of a restore: the snapshots that are put in place, to ask for just these.
   */
  'snapshots'?: (string)[];
  /**
   * Of a rollback: deploy id of the release that it goes back to, to ask for just this one.
   */
  'target'?: (string);
  /**
   * Of a rollback: deploy id of the release that runs, which the plan is made for.
   */
  'from'?: (string);
}

/**
 * What an operation will do, in order.
 */
export interface Plan__Output {
  /**
   * Name of the app, for example "foobar_master.ddb14".
   */
  'app': (string);
  /**
   * "deploy", "destroy", "snapshot", "restore", "clone", "migrate" or "rollback".
   */
  'operation': (string);
  /**
   * In the order in which they begin.
   */
  'steps': (_covey_v1_PlanStep__Output)[];
  /**
   * Said before anything is done, for example volumes that go with the app.
   */
  'warnings': (string)[];
  /**
   * Of a restore: the snapshots that are put in place, to ask for just these.
   */
  'snapshots': (string)[];
  /**
   * Of a rollback: deploy id of the release that it goes back to, to ask for just this one.
   */
  'target': (string);
  /**
   * Of a rollback: deploy id of the release that runs, which the plan is made for.
   */
  'from': (string);
}
