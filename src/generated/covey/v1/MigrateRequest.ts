// Original file: proto/covey/v1/cluster.proto

import type { AppRef as _covey_v1_AppRef, AppRef__Output as _covey_v1_AppRef__Output } from '../../covey/v1/AppRef.ts';

export interface MigrateRequest {
  /**
   * The app whose data it is. Required; its master is alive.
   */
  'source'?: (_covey_v1_AppRef | null);
  /**
   * The app that gets it: another one, whose master is alive. Without a name, what it omits of repo and branch is taken from
   * the source; one of the two is given.
   */
  'target'?: (_covey_v1_AppRef | null);
  /**
   * Do not run update.sh of the target, which else runs after its post_migrate.sh.
   */
  'noUpdate'?: (boolean);
  /**
   * Queue behind whoever holds a lock of either app instead of failing with ABORTED.
   */
  'wait'?: (boolean);
  /**
   * Only plan.
   */
  'planOnly'?: (boolean);
  /**
   * Identifies the request, as in DeployRequest.
   */
  'requestId'?: (string);
}

export interface MigrateRequest__Output {
  /**
   * The app whose data it is. Required; its master is alive.
   */
  'source': (_covey_v1_AppRef__Output | null);
  /**
   * The app that gets it: another one, whose master is alive. Without a name, what it omits of repo and branch is taken from
   * the source; one of the two is given.
   */
  'target': (_covey_v1_AppRef__Output | null);
  /**
   * Do not run update.sh of the target, which else runs after its post_migrate.sh.
   */
  'noUpdate': (boolean);
  /**
   * Queue behind whoever holds a lock of either app instead of failing with ABORTED.
   */
  'wait': (boolean);
  /**
   * Only plan.
   */
  'planOnly': (boolean);
  /**
   * Identifies the request, as in DeployRequest.
   */
  'requestId': (string);
}
