// Original file: proto/covey/v1/cluster.proto

import type { DeployRequest as _covey_v1_DeployRequest, DeployRequest__Output as _covey_v1_DeployRequest__Output } from '../../covey/v1/DeployRequest.ts';
import type { DestroyRequest as _covey_v1_DestroyRequest, DestroyRequest__Output as _covey_v1_DestroyRequest__Output } from '../../covey/v1/DestroyRequest.ts';
import type { SnapshotRequest as _covey_v1_SnapshotRequest, SnapshotRequest__Output as _covey_v1_SnapshotRequest__Output } from '../../covey/v1/SnapshotRequest.ts';
import type { RestoreRequest as _covey_v1_RestoreRequest, RestoreRequest__Output as _covey_v1_RestoreRequest__Output } from '../../covey/v1/RestoreRequest.ts';
import type { CloneRequest as _covey_v1_CloneRequest, CloneRequest__Output as _covey_v1_CloneRequest__Output } from '../../covey/v1/CloneRequest.ts';
import type { MigrateRequest as _covey_v1_MigrateRequest, MigrateRequest__Output as _covey_v1_MigrateRequest__Output } from '../../covey/v1/MigrateRequest.ts';
import type { RollbackRequest as _covey_v1_RollbackRequest, RollbackRequest__Output as _covey_v1_RollbackRequest__Output } from '../../covey/v1/RollbackRequest.ts';

export interface PlanRequest {
  /**
   * A deploy, a move or a takeover.
   */
  'deploy'?: (_covey_v1_DeployRequest | null);
  /**
   * The end of an app.
   */
  'destroy'?: (_covey_v1_DestroyRequest | null);
  /**
   * Snapshots of an app's volumes.
   */
  'snapshot'?: (_covey_v1_SnapshotRequest | null);
  /**
   * Volumes put back to snapshots.
   */
  'restore'?: (_covey_v1_RestoreRequest | null);
  /**
   * A copy of a volume.
   */
  'clone'?: (_covey_v1_CloneRequest | null);
  /**
   * Data of one app for another.
   */
  'migrate'?: (_covey_v1_MigrateRequest | null);
  /**
   * An earlier release.
   */
  'rollback'?: (_covey_v1_RollbackRequest | null);
  /**
   * What is to be planned. Required.
   */
  'operation'?: "deploy"|"destroy"|"snapshot"|"restore"|"clone"|"migrate"|"rollback";
}

export interface PlanRequest__Output {
  /**
   * A deploy, a move or a takeover.
   */
  'deploy'?: (_covey_v1_DeployRequest__Output | null);
  /**
   * The end of an app.
   */
  'destroy'?: (_covey_v1_DestroyRequest__Output | null);
  /**
   * Snapshots of an app's volumes.
   */
  'snapshot'?: (_covey_v1_SnapshotRequest__Output | null);
  /**
   * Volumes put back to snapshots.
   */
  'restore'?: (_covey_v1_RestoreRequest__Output | null);
  /**
   * A copy of a volume.
   */
  'clone'?: (_covey_v1_CloneRequest__Output | null);
  /**
   * Data of one app for another.
   */
  'migrate'?: (_covey_v1_MigrateRequest__Output | null);
  /**
   * An earlier release.
   */
  'rollback'?: (_covey_v1_RollbackRequest__Output | null);
  /**
   * What is to be planned. Required.
   */
  'operation'?: "deploy"|"destroy"|"snapshot"|"restore"|"clone"|"migrate"|"rollback";
}
