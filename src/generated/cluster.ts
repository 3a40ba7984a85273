import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { App as _covey_v1_App, App__Output as _covey_v1_App__Output } from './covey/v1/App.ts';
import type { AppContainer as _covey_v1_AppContainer, AppContainer__Output as _covey_v1_AppContainer__Output } from './covey/v1/AppContainer.ts';
import type { AppNode as _covey_v1_AppNode, AppNode__Output as _covey_v1_AppNode__Output } from './covey/v1/AppNode.ts';
import type { AppQuarantine as _covey_v1_AppQuarantine, AppQuarantine__Output as _covey_v1_AppQuarantine__Output } from './covey/v1/AppQuarantine.ts';
import type { AppRef as _covey_v1_AppRef, AppRef__Output as _covey_v1_AppRef__Output } from './covey/v1/AppRef.ts';
import type { AppReply as _covey_v1_AppReply, AppReply__Output as _covey_v1_AppReply__Output } from './covey/v1/AppReply.ts';
import type { AppRequest as _covey_v1_AppRequest, AppRequest__Output as _covey_v1_AppRequest__Output } from './covey/v1/AppRequest.ts';
import type { AppsReply as _covey_v1_AppsReply, AppsReply__Output as _covey_v1_AppsReply__Output } from './covey/v1/AppsReply.ts';
import type { AppsRequest as _covey_v1_AppsRequest, AppsRequest__Output as _covey_v1_AppsRequest__Output } from './covey/v1/AppsRequest.ts';
import type { BalancedNode as _covey_v1_BalancedNode, BalancedNode__Output as _covey_v1_BalancedNode__Output } from './covey/v1/BalancedNode.ts';
import type { CloneRequest as _covey_v1_CloneRequest, CloneRequest__Output as _covey_v1_CloneRequest__Output } from './covey/v1/CloneRequest.ts';
import type { ClusterClient as _covey_v1_ClusterClient, ClusterDefinition as _covey_v1_ClusterDefinition } from './covey/v1/Cluster.ts';
import type { ContainerStatus as _covey_v1_ContainerStatus, ContainerStatus__Output as _covey_v1_ContainerStatus__Output } from './covey/v1/ContainerStatus.ts';
import type { DeployRequest as _covey_v1_DeployRequest, DeployRequest__Output as _covey_v1_DeployRequest__Output } from './covey/v1/DeployRequest.ts';
import type { DestroyRequest as _covey_v1_DestroyRequest, DestroyRequest__Output as _covey_v1_DestroyRequest__Output } from './covey/v1/DestroyRequest.ts';
import type { DivergedSnapshot as _covey_v1_DivergedSnapshot, DivergedSnapshot__Output as _covey_v1_DivergedSnapshot__Output } from './covey/v1/DivergedSnapshot.ts';
import type { DoctorReply as _covey_v1_DoctorReply, DoctorReply__Output as _covey_v1_DoctorReply__Output } from './covey/v1/DoctorReply.ts';
import type { DoctorRequest as _covey_v1_DoctorRequest, DoctorRequest__Output as _covey_v1_DoctorRequest__Output } from './covey/v1/DoctorRequest.ts';
import type { EventRequest as _covey_v1_EventRequest, EventRequest__Output as _covey_v1_EventRequest__Output } from './covey/v1/EventRequest.ts';
import type { EventsReply as _covey_v1_EventsReply, EventsReply__Output as _covey_v1_EventsReply__Output } from './covey/v1/EventsReply.ts';
import type { EventsRequest as _covey_v1_EventsRequest, EventsRequest__Output as _covey_v1_EventsRequest__Output } from './covey/v1/EventsRequest.ts';
import type { ExecInput as _covey_v1_ExecInput, ExecInput__Output as _covey_v1_ExecInput__Output } from './covey/v1/ExecInput.ts';
import type { ExecOutput as _covey_v1_ExecOutput, ExecOutput__Output as _covey_v1_ExecOutput__Output } from './covey/v1/ExecOutput.ts';
import type { ExecStart as _covey_v1_ExecStart, ExecStart__Output as _covey_v1_ExecStart__Output } from './covey/v1/ExecStart.ts';
import type { Finding as _covey_v1_Finding, Finding__Output as _covey_v1_Finding__Output } from './covey/v1/Finding.ts';
import type { FiredEvent as _covey_v1_FiredEvent, FiredEvent__Output as _covey_v1_FiredEvent__Output } from './covey/v1/FiredEvent.ts';
import type { HeldSnapshot as _covey_v1_HeldSnapshot, HeldSnapshot__Output as _covey_v1_HeldSnapshot__Output } from './covey/v1/HeldSnapshot.ts';
import type { HistoryReply as _covey_v1_HistoryReply, HistoryReply__Output as _covey_v1_HistoryReply__Output } from './covey/v1/HistoryReply.ts';
import type { HistoryRequest as _covey_v1_HistoryRequest, HistoryRequest__Output as _covey_v1_HistoryRequest__Output } from './covey/v1/HistoryRequest.ts';
import type { LeaveReply as _covey_v1_LeaveReply, LeaveReply__Output as _covey_v1_LeaveReply__Output } from './covey/v1/LeaveReply.ts';
import type { LeaveRequest as _covey_v1_LeaveRequest, LeaveRequest__Output as _covey_v1_LeaveRequest__Output } from './covey/v1/LeaveRequest.ts';
import type { LockHolder as _covey_v1_LockHolder, LockHolder__Output as _covey_v1_LockHolder__Output } from './covey/v1/LockHolder.ts';
import type { LogsEvent as _covey_v1_LogsEvent, LogsEvent__Output as _covey_v1_LogsEvent__Output } from './covey/v1/LogsEvent.ts';
import type { LogsRequest as _covey_v1_LogsRequest, LogsRequest__Output as _covey_v1_LogsRequest__Output } from './covey/v1/LogsRequest.ts';
import type { MaintenanceReply as _covey_v1_MaintenanceReply, MaintenanceReply__Output as _covey_v1_MaintenanceReply__Output } from './covey/v1/MaintenanceReply.ts';
import type { MaintenanceRequest as _covey_v1_MaintenanceRequest, MaintenanceRequest__Output as _covey_v1_MaintenanceRequest__Output } from './covey/v1/MaintenanceRequest.ts';
import type { MigrateRequest as _covey_v1_MigrateRequest, MigrateRequest__Output as _covey_v1_MigrateRequest__Output } from './covey/v1/MigrateRequest.ts';
import type { Node as _covey_v1_Node, Node__Output as _covey_v1_Node__Output } from './covey/v1/Node.ts';
import type { NodeLoad as _covey_v1_NodeLoad, NodeLoad__Output as _covey_v1_NodeLoad__Output } from './covey/v1/NodeLoad.ts';
import type { NodeStatus as _covey_v1_NodeStatus, NodeStatus__Output as _covey_v1_NodeStatus__Output } from './covey/v1/NodeStatus.ts';
import type { NodesReply as _covey_v1_NodesReply, NodesReply__Output as _covey_v1_NodesReply__Output } from './covey/v1/NodesReply.ts';
import type { NodesRequest as _covey_v1_NodesRequest, NodesRequest__Output as _covey_v1_NodesRequest__Output } from './covey/v1/NodesRequest.ts';
import type { Occurrence as _covey_v1_Occurrence, Occurrence__Output as _covey_v1_Occurrence__Output } from './covey/v1/Occurrence.ts';
import type { Outcome as _covey_v1_Outcome, Outcome__Output as _covey_v1_Outcome__Output } from './covey/v1/Outcome.ts';
import type { PastOperation as _covey_v1_PastOperation, PastOperation__Output as _covey_v1_PastOperation__Output } from './covey/v1/PastOperation.ts';
import type { PastRelease as _covey_v1_PastRelease, PastRelease__Output as _covey_v1_PastRelease__Output } from './covey/v1/PastRelease.ts';
import type { Plan as _covey_v1_Plan, Plan__Output as _covey_v1_Plan__Output } from './covey/v1/Plan.ts';
import type { PlanReply as _covey_v1_PlanReply, PlanReply__Output as _covey_v1_PlanReply__Output } from './covey/v1/PlanReply.ts';
import type { PlanRequest as _covey_v1_PlanRequest, PlanRequest__Output as _covey_v1_PlanRequest__Output } from './covey/v1/PlanRequest.ts';
import type { PlanStep as _covey_v1_PlanStep, PlanStep__Output as _covey_v1_PlanStep__Output } from './covey/v1/PlanStep.ts';
import type { Progress as _covey_v1_Progress, Progress__Output as _covey_v1_Progress__Output } from './covey/v1/Progress.ts';
import type { Quarantine as _covey_v1_Quarantine, Quarantine__Output as _covey_v1_Quarantine__Output } from './covey/v1/Quarantine.ts';
import type { Reach as _covey_v1_Reach, Reach__Output as _covey_v1_Reach__Output } from './covey/v1/Reach.ts';
import type { ReleasesReply as _covey_v1_ReleasesReply, ReleasesReply__Output as _covey_v1_ReleasesReply__Output } from './covey/v1/ReleasesReply.ts';
import type { ReleasesRequest as _covey_v1_ReleasesRequest, ReleasesRequest__Output as _covey_v1_ReleasesRequest__Output } from './covey/v1/ReleasesRequest.ts';
import type { RemoveNodeReply as _covey_v1_RemoveNodeReply, RemoveNodeReply__Output as _covey_v1_RemoveNodeReply__Output } from './covey/v1/RemoveNodeReply.ts';
import type { RemoveNodeRequest as _covey_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _covey_v1_RemoveNodeRequest__Output } from './covey/v1/RemoveNodeRequest.ts';
import type { RenderReply as _covey_v1_RenderReply, RenderReply__Output as _covey_v1_RenderReply__Output } from './covey/v1/RenderReply.ts';
import type { RenderRequest as _covey_v1_RenderRequest, RenderRequest__Output as _covey_v1_RenderRequest__Output } from './covey/v1/RenderRequest.ts';
import type { RenderedFile as _covey_v1_RenderedFile, RenderedFile__Output as _covey_v1_RenderedFile__Output } from './covey/v1/RenderedFile.ts';
import type { RestoreRequest as _covey_v1_RestoreRequest, RestoreRequest__Output as _covey_v1_RestoreRequest__Output } from './covey/v1/RestoreRequest.ts';
import type { Retention as _covey_v1_Retention, Retention__Output as _covey_v1_Retention__Output } from './covey/v1/Retention.ts';
import type { RollbackRequest as _covey_v1_RollbackRequest, RollbackRequest__Output as _covey_v1_RollbackRequest__Output } from './covey/v1/RollbackRequest.ts';
import type { RootCertificateReply as _covey_v1_RootCertificateReply, RootCertificateReply__Output as _covey_v1_RootCertificateReply__Output } from './covey/v1/RootCertificateReply.ts';
import type { RootCertificateRequest as _covey_v1_RootCertificateRequest, RootCertificateRequest__Output as _covey_v1_RootCertificateRequest__Output } from './covey/v1/RootCertificateRequest.ts';
import type { SnapshotRequest as _covey_v1_SnapshotRequest, SnapshotRequest__Output as _covey_v1_SnapshotRequest__Output } from './covey/v1/SnapshotRequest.ts';
import type { SnapshotsReply as _covey_v1_SnapshotsReply, SnapshotsReply__Output as _covey_v1_SnapshotsReply__Output } from './covey/v1/SnapshotsReply.ts';
import type { SnapshotsRequest as _covey_v1_SnapshotsRequest, SnapshotsRequest__Output as _covey_v1_SnapshotsRequest__Output } from './covey/v1/SnapshotsRequest.ts';
import type { StatusReply as _covey_v1_StatusReply, StatusReply__Output as _covey_v1_StatusReply__Output } from './covey/v1/StatusReply.ts';
import type { StatusRequest as _covey_v1_StatusRequest, StatusRequest__Output as _covey_v1_StatusRequest__Output } from './covey/v1/StatusRequest.ts';
import type { StepProgress as _covey_v1_StepProgress, StepProgress__Output as _covey_v1_StepProgress__Output } from './covey/v1/StepProgress.ts';
import type { TerminalSize as _covey_v1_TerminalSize, TerminalSize__Output as _covey_v1_TerminalSize__Output } from './covey/v1/TerminalSize.ts';
import type { Volume as _covey_v1_Volume, Volume__Output as _covey_v1_Volume__Output } from './covey/v1/Volume.ts';
import type { VolumeStatus as _covey_v1_VolumeStatus, VolumeStatus__Output as _covey_v1_VolumeStatus__Output } from './covey/v1/VolumeStatus.ts';
import type { VolumesReply as _covey_v1_VolumesReply, VolumesReply__Output as _covey_v1_VolumesReply__Output } from './covey/v1/VolumesReply.ts';
import type { VolumesRequest as _covey_v1_VolumesRequest, VolumesRequest__Output as _covey_v1_VolumesRequest__Output } from './covey/v1/VolumesRequest.ts';
import type { WatchRequest as _covey_v1_WatchRequest, WatchRequest__Output as _covey_v1_WatchRequest__Output } from './covey/v1/WatchRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  covey: {
    v1: {
      App: MessageTypeDefinition<_covey_v1_App, _covey_v1_App__Output>
      AppContainer: MessageTypeDefinition<_covey_v1_AppContainer, _covey_v1_AppContainer__Output>
      AppNode: MessageTypeDefinition<_covey_v1_AppNode, _covey_v1_AppNode__Output>
      AppQuarantine: MessageTypeDefinition<_covey_v1_AppQuarantine, _covey_v1_AppQuarantine__Output>
      AppRef: MessageTypeDefinition<_covey_v1_AppRef, _covey_v1_AppRef__Output>
      AppReply: MessageTypeDefinition<_covey_v1_AppReply, _covey_v1_AppReply__Output>
      AppRequest: MessageTypeDefinition<_covey_v1_AppRequest, _covey_v1_AppRequest__Output>
      AppsReply: MessageTypeDefinition<_covey_v1_AppsReply, _covey_v1_AppsReply__Output>
      AppsRequest: MessageTypeDefinition<_covey_v1_AppsRequest, _covey_v1_AppsRequest__Output>
      BalancedNode: MessageTypeDefinition<_covey_v1_BalancedNode, _covey_v1_BalancedNode__Output>
      CloneRequest: MessageTypeDefinition<_covey_v1_CloneRequest, _covey_v1_CloneRequest__Output>
      /**
       * What operators ask of the cluster. Any peer answers, for the whole cluster.
       * 
       * Errors are gRPC statuses. The message says what, where and what to do; the
       * metadata key "covey-code" holds covey's own code (docs/errors.md lists them):
       * 
       * - INVALID_ARGUMENT: the request, a compose file, a CADDYFILE or HAPROXY is malformed
       * - NOT_FOUND: no such app
       * - ALREADY_EXISTS: an address, a frontend, a name or a project belongs to another app
       * - ABORTED: somebody else holds the app's lock (by whom, since when)
       * - FAILED_PRECONDITION: the state of the cluster does not allow it
       * - PERMISSION_DENIED: the caller's certificate does not allow it
       * - UNAVAILABLE: a peer, Consul, Docker, git or a proxy does not answer
       * - INTERNAL: a step failed and was undone
       */
      Cluster: SubtypeConstructor<typeof grpc.Client, _covey_v1_ClusterClient> & { service: _covey_v1_ClusterDefinition }
      ContainerStatus: MessageTypeDefinition<_covey_v1_ContainerStatus, _covey_v1_ContainerStatus__Output>
      DeployRequest: MessageTypeDefinition<_covey_v1_DeployRequest, _covey_v1_DeployRequest__Output>
      DestroyRequest: MessageTypeDefinition<_covey_v1_DestroyRequest, _covey_v1_DestroyRequest__Output>
      DivergedSnapshot: MessageTypeDefinition<_covey_v1_DivergedSnapshot, _covey_v1_DivergedSnapshot__Output>
      DoctorReply: MessageTypeDefinition<_covey_v1_DoctorReply, _covey_v1_DoctorReply__Output>
      DoctorRequest: MessageTypeDefinition<_covey_v1_DoctorRequest, _covey_v1_DoctorRequest__Output>
      EventRequest: MessageTypeDefinition<_covey_v1_EventRequest, _covey_v1_EventRequest__Output>
      EventsReply: MessageTypeDefinition<_covey_v1_EventsReply, _covey_v1_EventsReply__Output>
      EventsRequest: MessageTypeDefinition<_covey_v1_EventsRequest, _covey_v1_EventsRequest__Output>
      ExecInput: MessageTypeDefinition<_covey_v1_ExecInput, _covey_v1_ExecInput__Output>
      ExecOutput: MessageTypeDefinition<_covey_v1_ExecOutput, _covey_v1_ExecOutput__Output>
      ExecStart: MessageTypeDefinition<_covey_v1_ExecStart, _covey_v1_ExecStart__Output>
      Finding: MessageTypeDefinition<_covey_v1_Finding, _covey_v1_Finding__Output>
      FiredEvent: MessageTypeDefinition<_covey_v1_FiredEvent, _covey_v1_FiredEvent__Output>
      HeldSnapshot: MessageTypeDefinition<_covey_v1_HeldSnapshot, _covey_v1_HeldSnapshot__Output>
      HistoryReply: MessageTypeDefinition<_covey_v1_HistoryReply, _covey_v1_HistoryReply__Output>
      HistoryRequest: MessageTypeDefinition<_covey_v1_HistoryRequest, _covey_v1_HistoryRequest__Output>
      LeaveReply: MessageTypeDefinition<_covey_v1_LeaveReply, _covey_v1_LeaveReply__Output>
      LeaveRequest: MessageTypeDefinition<_covey_v1_LeaveRequest, _covey_v1_LeaveRequest__Output>
      LockHolder: MessageTypeDefinition<_covey_v1_LockHolder, _covey_v1_LockHolder__Output>
      LogsEvent: MessageTypeDefinition<_covey_v1_LogsEvent, _covey_v1_LogsEvent__Output>
      LogsRequest: MessageTypeDefinition<_covey_v1_LogsRequest, _covey_v1_LogsRequest__Output>
      MaintenanceReply: MessageTypeDefinition<_covey_v1_MaintenanceReply, _covey_v1_MaintenanceReply__Output>
      MaintenanceRequest: MessageTypeDefinition<_covey_v1_MaintenanceRequest, _covey_v1_MaintenanceRequest__Output>
      MigrateRequest: MessageTypeDefinition<_covey_v1_MigrateRequest, _covey_v1_MigrateRequest__Output>
      Node: MessageTypeDefinition<_covey_v1_Node, _covey_v1_Node__Output>
      NodeLoad: MessageTypeDefinition<_covey_v1_NodeLoad, _covey_v1_NodeLoad__Output>
      NodeStatus: MessageTypeDefinition<_covey_v1_NodeStatus, _covey_v1_NodeStatus__Output>
      NodesReply: MessageTypeDefinition<_covey_v1_NodesReply, _covey_v1_NodesReply__Output>
      NodesRequest: MessageTypeDefinition<_covey_v1_NodesRequest, _covey_v1_NodesRequest__Output>
      Occurrence: MessageTypeDefinition<_covey_v1_Occurrence, _covey_v1_Occurrence__Output>
      Outcome: MessageTypeDefinition<_covey_v1_Outcome, _covey_v1_Outcome__Output>
      PastOperation: MessageTypeDefinition<_covey_v1_PastOperation, _covey_v1_PastOperation__Output>
      PastRelease: MessageTypeDefinition<_covey_v1_PastRelease, _covey_v1_PastRelease__Output>
      Plan: MessageTypeDefinition<_covey_v1_Plan, _covey_v1_Plan__Output>
      PlanReply: MessageTypeDefinition<_covey_v1_PlanReply, _covey_v1_PlanReply__Output>
      PlanRequest: MessageTypeDefinition<_covey_v1_PlanRequest, _covey_v1_PlanRequest__Output>
      PlanStep: MessageTypeDefinition<_covey_v1_PlanStep, _covey_v1_PlanStep__Output>
      Progress: MessageTypeDefinition<_covey_v1_Progress, _covey_v1_Progress__Output>
      Quarantine: MessageTypeDefinition<_covey_v1_Quarantine, _covey_v1_Quarantine__Output>
      Reach: MessageTypeDefinition<_covey_v1_Reach, _covey_v1_Reach__Output>
      ReleasesReply: MessageTypeDefinition<_covey_v1_ReleasesReply, _covey_v1_ReleasesReply__Output>
      ReleasesRequest: MessageTypeDefinition<_covey_v1_ReleasesRequest, _covey_v1_ReleasesRequest__Output>
      RemoveNodeReply: MessageTypeDefinition<_covey_v1_RemoveNodeReply, _covey_v1_RemoveNodeReply__Output>
      RemoveNodeRequest: MessageTypeDefinition<_covey_v1_RemoveNodeRequest, _covey_v1_RemoveNodeRequest__Output>
      RenderReply: MessageTypeDefinition<_covey_v1_RenderReply, _covey_v1_RenderReply__Output>
      RenderRequest: MessageTypeDefinition<_covey_v1_RenderRequest, _covey_v1_RenderRequest__Output>
      RenderedFile: MessageTypeDefinition<_covey_v1_RenderedFile, _covey_v1_RenderedFile__Output>
      RestoreRequest: MessageTypeDefinition<_covey_v1_RestoreRequest, _covey_v1_RestoreRequest__Output>
      Retention: MessageTypeDefinition<_covey_v1_Retention, _covey_v1_Retention__Output>
      RollbackRequest: MessageTypeDefinition<_covey_v1_RollbackRequest, _covey_v1_RollbackRequest__Output>
      RootCertificateReply: MessageTypeDefinition<_covey_v1_RootCertificateReply, _covey_v1_RootCertificateReply__Output>
      RootCertificateRequest: MessageTypeDefinition<_covey_v1_RootCertificateRequest, _covey_v1_RootCertificateRequest__Output>
      SnapshotRequest: MessageTypeDefinition<_covey_v1_SnapshotRequest, _covey_v1_SnapshotRequest__Output>
      SnapshotsReply: MessageTypeDefinition<_covey_v1_SnapshotsReply, _covey_v1_SnapshotsReply__Output>
      SnapshotsRequest: MessageTypeDefinition<_covey_v1_SnapshotsRequest, _covey_v1_SnapshotsRequest__Output>
      StatusReply: MessageTypeDefinition<_covey_v1_StatusReply, _covey_v1_StatusReply__Output>
      StatusRequest: MessageTypeDefinition<_covey_v1_StatusRequest, _covey_v1_StatusRequest__Output>
      StepProgress: MessageTypeDefinition<_covey_v1_StepProgress, _covey_v1_StepProgress__Output>
      TerminalSize: MessageTypeDefinition<_covey_v1_TerminalSize, _covey_v1_TerminalSize__Output>
      Volume: MessageTypeDefinition<_covey_v1_Volume, _covey_v1_Volume__Output>
      VolumeStatus: MessageTypeDefinition<_covey_v1_VolumeStatus, _covey_v1_VolumeStatus__Output>
      VolumesReply: MessageTypeDefinition<_covey_v1_VolumesReply, _covey_v1_VolumesReply__Output>
      VolumesRequest: MessageTypeDefinition<_covey_v1_VolumesRequest, _covey_v1_VolumesRequest__Output>
      WatchRequest: MessageTypeDefinition<_covey_v1_WatchRequest, _covey_v1_WatchRequest__Output>
    }
  }
}

