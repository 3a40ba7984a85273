// Original file: proto/covey/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppReply as _covey_v1_AppReply, AppReply__Output as _covey_v1_AppReply__Output } from '../../covey/v1/AppReply.ts';
import type { AppRequest as _covey_v1_AppRequest, AppRequest__Output as _covey_v1_AppRequest__Output } from '../../covey/v1/AppRequest.ts';
import type { AppsReply as _covey_v1_AppsReply, AppsReply__Output as _covey_v1_AppsReply__Output } from '../../covey/v1/AppsReply.ts';
import type { AppsRequest as _covey_v1_AppsRequest, AppsRequest__Output as _covey_v1_AppsRequest__Output } from '../../covey/v1/AppsRequest.ts';
import type { CloneRequest as _covey_v1_CloneRequest, CloneRequest__Output as _covey_v1_CloneRequest__Output } from '../../covey/v1/CloneRequest.ts';
import type { DeployRequest as _covey_v1_DeployRequest, DeployRequest__Output as _covey_v1_DeployRequest__Output } from '../../covey/v1/DeployRequest.ts';
import type { DestroyRequest as _covey_v1_DestroyRequest, DestroyRequest__Output as _covey_v1_DestroyRequest__Output } from '../../covey/v1/DestroyRequest.ts';
import type { DoctorReply as _covey_v1_DoctorReply, DoctorReply__Output as _covey_v1_DoctorReply__Output } from '../../covey/v1/DoctorReply.ts';
import type { DoctorRequest as _covey_v1_DoctorRequest, DoctorRequest__Output as _covey_v1_DoctorRequest__Output } from '../../covey/v1/DoctorRequest.ts';
import type { EventRequest as _covey_v1_EventRequest, EventRequest__Output as _covey_v1_EventRequest__Output } from '../../covey/v1/EventRequest.ts';
import type { EventsReply as _covey_v1_EventsReply, EventsReply__Output as _covey_v1_EventsReply__Output } from '../../covey/v1/EventsReply.ts';
import type { EventsRequest as _covey_v1_EventsRequest, EventsRequest__Output as _covey_v1_EventsRequest__Output } from '../../covey/v1/EventsRequest.ts';
import type { ExecInput as _covey_v1_ExecInput, ExecInput__Output as _covey_v1_ExecInput__Output } from '../../covey/v1/ExecInput.ts';
import type { ExecOutput as _covey_v1_ExecOutput, ExecOutput__Output as _covey_v1_ExecOutput__Output } from '../../covey/v1/ExecOutput.ts';
import type { FiredEvent as _covey_v1_FiredEvent, FiredEvent__Output as _covey_v1_FiredEvent__Output } from '../../covey/v1/FiredEvent.ts';
import type { HistoryReply as _covey_v1_HistoryReply, HistoryReply__Output as _covey_v1_HistoryReply__Output } from '../../covey/v1/HistoryReply.ts';
import type { HistoryRequest as _covey_v1_HistoryRequest, HistoryRequest__Output as _covey_v1_HistoryRequest__Output } from '../../covey/v1/HistoryRequest.ts';
import type { LeaveReply as _covey_v1_LeaveReply, LeaveReply__Output as _covey_v1_LeaveReply__Output } from '../../covey/v1/LeaveReply.ts';
import type { LeaveRequest as _covey_v1_LeaveRequest, LeaveRequest__Output as _covey_v1_LeaveRequest__Output } from '../../covey/v1/LeaveRequest.ts';
import type { LogsEvent as _covey_v1_LogsEvent, LogsEvent__Output as _covey_v1_LogsEvent__Output } from '../../covey/v1/LogsEvent.ts';
import type { LogsRequest as _covey_v1_LogsRequest, LogsRequest__Output as _covey_v1_LogsRequest__Output } from '../../covey/v1/LogsRequest.ts';
import type { MaintenanceReply as _covey_v1_MaintenanceReply, MaintenanceReply__Output as _covey_v1_MaintenanceReply__Output } from '../../covey/v1/MaintenanceReply.ts';
import type { MaintenanceRequest as _covey_v1_MaintenanceRequest, MaintenanceRequest__Output as _covey_v1_MaintenanceRequest__Output } from '../../covey/v1/MaintenanceRequest.ts';
import type { MigrateRequest as _covey_v1_MigrateRequest, MigrateRequest__Output as _covey_v1_MigrateRequest__Output } from '../../covey/v1/MigrateRequest.ts';
import type { NodesReply as _covey_v1_NodesReply, NodesReply__Output as _covey_v1_NodesReply__Output } from '../../covey/v1/NodesReply.ts';
import type { NodesRequest as _covey_v1_NodesRequest, NodesRequest__Output as _covey_v1_NodesRequest__Output } from '../../covey/v1/NodesRequest.ts';
import type { Occurrence as _covey_v1_Occurrence, Occurrence__Output as _covey_v1_Occurrence__Output } from '../../covey/v1/Occurrence.ts';
import type { PlanReply as _covey_v1_PlanReply, PlanReply__Output as _covey_v1_PlanReply__Output } from '../../covey/v1/PlanReply.ts';
import type { PlanRequest as _covey_v1_PlanRequest, PlanRequest__Output as _covey_v1_PlanRequest__Output } from '../../covey/v1/PlanRequest.ts';
import type { Progress as _covey_v1_Progress, Progress__Output as _covey_v1_Progress__Output } from '../../covey/v1/Progress.ts';
import type { ReleasesReply as _covey_v1_ReleasesReply, ReleasesReply__Output as _covey_v1_ReleasesReply__Output } from '../../covey/v1/ReleasesReply.ts';
import type { ReleasesRequest as _covey_v1_ReleasesRequest, ReleasesRequest__Output as _covey_v1_ReleasesRequest__Output } from '../../covey/v1/ReleasesRequest.ts';
import type { RemoveNodeReply as _covey_v1_RemoveNodeReply, RemoveNodeReply__Output as _covey_v1_RemoveNodeReply__Output } from '../../covey/v1/RemoveNodeReply.ts';
import type { RemoveNodeRequest as _covey_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _covey_v1_RemoveNodeRequest__Output } from '../../covey/v1/RemoveNodeRequest.ts';
import type { RenderReply as _covey_v1_RenderReply, RenderReply__Output as _covey_v1_RenderReply__Output } from '../../covey/v1/RenderReply.ts';
import type { RenderRequest as _covey_v1_RenderRequest, RenderRequest__Output as _covey_v1_RenderRequest__Output } from '../../covey/v1/RenderRequest.ts';
import type { RestoreRequest as _covey_v1_RestoreRequest, RestoreRequest__Output as _covey_v1_RestoreRequest__Output } from '../../covey/v1/RestoreRequest.ts';
import type { RollbackRequest as _covey_v1_RollbackRequest, RollbackRequest__Output as _covey_v1_RollbackRequest__Output } from '../../covey/v1/RollbackRequest.ts';
import type { RootCertificateReply as _covey_v1_RootCertificateReply, RootCertificateReply__Output as _covey_v1_RootCertificateReply__Output } from '../../covey/v1/RootCertificateReply.ts';
import type { RootCertificateRequest as _covey_v1_RootCertificateRequest, RootCertificateRequest__Output as _covey_v1_RootCertificateRequest__Output } from '../../covey/v1/RootCertificateRequest.ts';
import type { SnapshotRequest as _covey_v1_SnapshotRequest, SnapshotRequest__Output as _covey_v1_SnapshotRequest__Output } from '../../covey/v1/SnapshotRequest.ts';
import type { SnapshotsReply as _covey_v1_SnapshotsReply, SnapshotsReply__Output as _covey_v1_SnapshotsReply__Output } from '../../covey/v1/SnapshotsReply.ts';
import type { SnapshotsRequest as _covey_v1_SnapshotsRequest, SnapshotsRequest__Output as _covey_v1_SnapshotsRequest__Output } from '../../covey/v1/SnapshotsRequest.ts';
import type { StatusReply as _covey_v1_StatusReply, StatusReply__Output as _covey_v1_StatusReply__Output } from '../../covey/v1/StatusReply.ts';
import type { StatusRequest as _covey_v1_StatusRequest, StatusRequest__Output as _covey_v1_StatusRequest__Output } from '../../covey/v1/StatusRequest.ts';
import type { VolumesReply as _covey_v1_VolumesReply, VolumesReply__Output as _covey_v1_VolumesReply__Output } from '../../covey/v1/VolumesReply.ts';
import type { VolumesRequest as _covey_v1_VolumesRequest, VolumesRequest__Output as _covey_v1_VolumesRequest__Output } from '../../covey/v1/VolumesRequest.ts';
import type { WatchRequest as _covey_v1_WatchRequest, WatchRequest__Output as _covey_v1_WatchRequest__Output } from '../../covey/v1/WatchRequest.ts';

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
export interface ClusterClient extends grpc.Client {
  /**
   * All that there is to say of one app. NOT_FOUND: no such app.
   */
  App(argument: _covey_v1_AppRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  App(argument: _covey_v1_AppRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  App(argument: _covey_v1_AppRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  App(argument: _covey_v1_AppRequest, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  /**
   * All that there is to say of one app. NOT_FOUND: no such app.
   */
  app(argument: _covey_v1_AppRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  app(argument: _covey_v1_AppRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  app(argument: _covey_v1_AppRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  app(argument: _covey_v1_AppRequest, callback: grpc.requestCallback<_covey_v1_AppReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * All apps of the cluster, by name.
   */
  Apps(argument: _covey_v1_AppsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  Apps(argument: _covey_v1_AppsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  Apps(argument: _covey_v1_AppsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  Apps(argument: _covey_v1_AppsRequest, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  /**
   * All apps of the cluster, by name.
   */
  apps(argument: _covey_v1_AppsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  apps(argument: _covey_v1_AppsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  apps(argument: _covey_v1_AppsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  apps(argument: _covey_v1_AppsRequest, callback: grpc.requestCallback<_covey_v1_AppsReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * A writable copy of a volume under another name, on the app's master. ALREADY_EXISTS: something has that name.
   */
  Clone(argument: _covey_v1_CloneRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Clone(argument: _covey_v1_CloneRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * A writable copy of a volume under another name, on the app's master. ALREADY_EXISTS: something has that name.
   */
  clone(argument: _covey_v1_CloneRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  clone(argument: _covey_v1_CloneRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * Deploys an app, or deploys it again. Streams a Progress for every change of
   * a step; the last one carries the outcome. On an error nothing has changed:
   * the app runs where it ran, with its data, its record and its routes.
   */
  Deploy(argument: _covey_v1_DeployRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Deploy(argument: _covey_v1_DeployRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Deploys an app, or deploys it again. Streams a Progress for every change of
   * a step; the last one carries the outcome. On an error nothing has changed:
   * the app runs where it ran, with its data, its record and its routes.
   */
  deploy(argument: _covey_v1_DeployRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  deploy(argument: _covey_v1_DeployRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * Removes an app from the cluster. Snapshots of its volumes stay.
   */
  Destroy(argument: _covey_v1_DestroyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Destroy(argument: _covey_v1_DestroyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Removes an app from the cluster. Snapshots of its volumes stay.
   */
  destroy(argument: _covey_v1_DestroyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  destroy(argument: _covey_v1_DestroyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * Examines nodes, from the store to the clock: what is wrong, and how to mend it. Changes nothing. A node that does
   * not answer is a finding. NOT_FOUND: no such node.
   */
  Doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  /**
   * Examines nodes, from the store to the clock: what is wrong, and how to mend it. Changes nothing. A node that does
   * not answer is a finding. NOT_FOUND: no such node.
   */
  doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Fires a Consul event, as `consul event` does, once it is known to be one that peers act on. The first message has its id; with
   * `wait` one follows for each change, until it is done or has failed. INVALID_ARGUMENT: the name or the payload is not
   * right. FAILED_PRECONDITION: the peer that is asked acts on no events. After an error nothing was fired.
   */
  Event(argument: _covey_v1_EventRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_FiredEvent__Output>;
  Event(argument: _covey_v1_EventRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_FiredEvent__Output>;
  /**
   * Fires a Consul event, as `consul event` does, once it is known to be one that peers act on. The first message has its id; with
   * `wait` one follows for each change, until it is done or has failed. INVALID_ARGUMENT: the name or the payload is not
   * right. FAILED_PRECONDITION: the peer that is asked acts on no events. After an error nothing was fired.
   */
  event(argument: _covey_v1_EventRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_FiredEvent__Output>;
  event(argument: _covey_v1_EventRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_FiredEvent__Output>;
  
  /**
   * The events that peers have put down, and what became of them, by when that changed last. Those of more than a day ago go,
   * once there are more than 1000.
   */
  Events(argument: _covey_v1_EventsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  Events(argument: _covey_v1_EventsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  Events(argument: _covey_v1_EventsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  Events(argument: _covey_v1_EventsRequest, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  /**
   * The events that peers have put down, and what became of them, by when that changed last. Those of more than a day ago go,
   * once there are more than 1000.
   */
  events(argument: _covey_v1_EventsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  events(argument: _covey_v1_EventsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  events(argument: _covey_v1_EventsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  events(argument: _covey_v1_EventsRequest, callback: grpc.requestCallback<_covey_v1_EventsReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Runs a command in a running container of an app, on its master or the node that is named, whichever node is asked. The first
   * message says what; those after it bring its input, which ends where the caller's stream ends. What it writes comes as it is
   * written, and last its exit code. A caller that cancels, or is gone, ends the input, and types Ctrl-C and Ctrl-D on a terminal; a
   * command that goes on nevertheless runs on to its own end, since Docker has no way to end it. Who runs what is logged on both nodes.
   * NOT_FOUND: no such app, service or container. INVALID_ARGUMENT: several services, and none is named.
   * FAILED_PRECONDITION: that node is away or runs nothing of the app, or the container is not running.
   */
  Exec(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  Exec(options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  /**
   * Runs a command in a running container of an app, on its master or the node that is named, whichever node is asked. The first
   * message says what; those after it bring its input, which ends where the caller's stream ends. What it writes comes as it is
   * written, and last its exit code. A caller that cancels, or is gone, ends the input, and types Ctrl-C and Ctrl-D on a terminal; a
   * command that goes on nevertheless runs on to its own end, since Docker has no way to end it. Who runs what is logged on both nodes.
   * NOT_FOUND: no such app, service or container. INVALID_ARGUMENT: several services, and none is named.
   * FAILED_PRECONDITION: that node is away or runs nothing of the app, or the container is not running.
   */
  exec(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  exec(options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  
  /**
   * What was done to one app or to all, by whom, and how it ended: in the order in which it ended. That of an app that was
   * destroyed stays for a time. NOT_FOUND: no such app, and no history of it.
   */
  History(argument: _covey_v1_HistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  History(argument: _covey_v1_HistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  History(argument: _covey_v1_HistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  History(argument: _covey_v1_HistoryRequest, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  /**
   * What was done to one app or to all, by whom, and how it ended: in the order in which it ended. That of an app that was
   * destroyed stays for a time. NOT_FOUND: no such app, and no history of it.
   */
  history(argument: _covey_v1_HistoryRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  history(argument: _covey_v1_HistoryRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  history(argument: _covey_v1_HistoryRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  history(argument: _covey_v1_HistoryRequest, callback: grpc.requestCallback<_covey_v1_HistoryReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * A living node goes for good: its Consul leaves and stays stopped, and all nodes are told. What it serves it goes on serving
   * until its containers are stopped. NOT_FOUND: no such node. FAILED_PRECONDITION: it has a part in an app (drain it first), an
   * operation needs it, or the others would have no majority of Consul.
   */
  Leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  /**
   * A living node goes for good: its Consul leaves and stays stopped, and all nodes are told. What it serves it goes on serving
   * until its containers are stopped. NOT_FOUND: no such node. FAILED_PRECONDITION: it has a part in an app (drain it first), an
   * operation needs it, or the others would have no majority of Consul.
   */
  leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What the containers of an app have written, from its master or the node that is named, whichever node is asked. Without
   * `follow` by time, over all containers; with it as it comes, and containers that come meanwhile are followed too, also those
   * of another master after a move. It ends with NOT_FOUND once the app is destroyed. NOT_FOUND: no such app, service or
   * container. FAILED_PRECONDITION: that node is away, or runs nothing of the app.
   */
  Logs(argument: _covey_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  Logs(argument: _covey_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  /**
   * What the containers of an app have written, from its master or the node that is named, whichever node is asked. Without
   * `follow` by time, over all containers; with it as it comes, and containers that come meanwhile are followed too, also those
   * of another master after a move. It ends with NOT_FOUND once the app is destroyed. NOT_FOUND: no such app, service or
   * container. FAILED_PRECONDITION: that node is away, or runs nothing of the app.
   */
  logs(argument: _covey_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  logs(argument: _covey_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  
  /**
   * Puts an app into maintenance, or ends it. Every node follows within a second.
   */
  Maintenance(argument: _covey_v1_MaintenanceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  Maintenance(argument: _covey_v1_MaintenanceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  Maintenance(argument: _covey_v1_MaintenanceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  Maintenance(argument: _covey_v1_MaintenanceRequest, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  /**
   * Puts an app into maintenance, or ends it. Every node follows within a second.
   */
  maintenance(argument: _covey_v1_MaintenanceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  maintenance(argument: _covey_v1_MaintenanceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  maintenance(argument: _covey_v1_MaintenanceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  maintenance(argument: _covey_v1_MaintenanceRequest, callback: grpc.requestCallback<_covey_v1_MaintenanceReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Brings data of one app to another: the volumes that both have by the same name in their compose files. The source runs
   * on, the target is in maintenance meanwhile; what its volumes held is put aside, and the outcome names it. On an error
   * nothing has changed: the target runs with the data that it had.
   */
  Migrate(argument: _covey_v1_MigrateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Migrate(argument: _covey_v1_MigrateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Brings data of one app to another: the volumes that both have by the same name in their compose files. The source runs
   * on, the target is in maintenance meanwhile; what its volumes held is put aside, and the outcome names it. On an error
   * nothing has changed: the target runs with the data that it had.
   */
  migrate(argument: _covey_v1_MigrateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  migrate(argument: _covey_v1_MigrateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * All members of the cluster, by name.
   */
  Nodes(argument: _covey_v1_NodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  Nodes(argument: _covey_v1_NodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  Nodes(argument: _covey_v1_NodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  Nodes(argument: _covey_v1_NodesRequest, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  /**
   * All members of the cluster, by name.
   */
  nodes(argument: _covey_v1_NodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  nodes(argument: _covey_v1_NodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  nodes(argument: _covey_v1_NodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  nodes(argument: _covey_v1_NodesRequest, callback: grpc.requestCallback<_covey_v1_NodesReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What an operation would do, without doing it: as the operation itself with `plan_only`, in one answer and without its
   * progress. Like that it holds the app's lock meanwhile, and for a deploy or a rollback a node fetches the release, inspects
   * it and removes it again, which takes as long as git does. A move is a deploy with another master. Errors: those of the operation.
   */
  Plan(argument: _covey_v1_PlanRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  Plan(argument: _covey_v1_PlanRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  Plan(argument: _covey_v1_PlanRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  Plan(argument: _covey_v1_PlanRequest, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  /**
   * What an operation would do, without doing it: as the operation itself with `plan_only`, in one answer and without its
   * progress. Like that it holds the app's lock meanwhile, and for a deploy or a rollback a node fetches the release, inspects
   * it and removes it again, which takes as long as git does. A move is a deploy with another master. Errors: those of the operation.
   */
  plan(argument: _covey_v1_PlanRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  plan(argument: _covey_v1_PlanRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  plan(argument: _covey_v1_PlanRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  plan(argument: _covey_v1_PlanRequest, callback: grpc.requestCallback<_covey_v1_PlanReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The releases that an app can go back to, and the present one, oldest first. NOT_FOUND: no such app.
   */
  Releases(argument: _covey_v1_ReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  Releases(argument: _covey_v1_ReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  Releases(argument: _covey_v1_ReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  Releases(argument: _covey_v1_ReleasesRequest, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  /**
   * The releases that an app can go back to, and the present one, oldest first. NOT_FOUND: no such app.
   */
  releases(argument: _covey_v1_ReleasesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  releases(argument: _covey_v1_ReleasesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  releases(argument: _covey_v1_ReleasesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  releases(argument: _covey_v1_ReleasesRequest, callback: grpc.requestCallback<_covey_v1_ReleasesReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Takes out of the cluster a node that is lost for good: nobody waits for it any more, and it does not count for Consul's
   * majority. One that has left already loses its place in the list, on every node. NOT_FOUND: no such node. FAILED_PRECONDITION: it
   * is alive, or has a part in an app. DEADLINE_EXCEEDED: some nodes may still list it; the same again completes it.
   */
  RemoveNode(argument: _covey_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _covey_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _covey_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _covey_v1_RemoveNodeRequest, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  /**
   * Takes out of the cluster a node that is lost for good: nobody waits for it any more, and it does not count for Consul's
   * majority. One that has left already loses its place in the list, on every node. NOT_FOUND: no such node. FAILED_PRECONDITION: it
   * is alive, or has a part in an app. DEADLINE_EXCEEDED: some nodes may still list it; the same again completes it.
   */
  removeNode(argument: _covey_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _covey_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _covey_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _covey_v1_RemoveNodeRequest, callback: grpc.requestCallback<_covey_v1_RemoveNodeReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The configuration of a node's proxies as the records ask for it, or how that
   * differs from what is live there. Changes nothing. NOT_FOUND: no such app or node.
   */
  Render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  /**
   * The configuration of a node's proxies as the records ask for it, or how that
   * differs from what is live there. Changes nothing. NOT_FOUND: no such app or node.
   */
  render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Puts volumes of an app back to snapshots of its master. What they hold is put aside, and the outcome names it. On an
   * error nothing has changed: the app runs with the data that it had.
   */
  Restore(argument: _covey_v1_RestoreRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Restore(argument: _covey_v1_RestoreRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Puts volumes of an app back to snapshots of its master. What they hold is put aside, and the outcome names it. On an
   * error nothing has changed: the app runs with the data that it had.
   */
  restore(argument: _covey_v1_RestoreRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  restore(argument: _covey_v1_RestoreRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * Brings an app back to an earlier release, code and data, on the nodes where it is. What its volumes hold is kept, and
   * the release that goes is kept with it: so the same again undoes it. On an error nothing has changed.
   * FAILED_PRECONDITION: the master is away, or lacks a snapshot of that release.
   */
  Rollback(argument: _covey_v1_RollbackRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Rollback(argument: _covey_v1_RollbackRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Brings an app back to an earlier release, code and data, on the nodes where it is. What its volumes hold is kept, and
   * the release that goes is kept with it: so the same again undoes it. On an error nothing has changed.
   * FAILED_PRECONDITION: the master is away, or lacks a snapshot of that release.
   */
  rollback(argument: _covey_v1_RollbackRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  rollback(argument: _covey_v1_RollbackRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * The root that the internal certificates of all nodes end in: what clients have to trust where sites have no public
   * certificates. NOT_FOUND: no node has said yet which one it is.
   */
  RootCertificate(argument: _covey_v1_RootCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  RootCertificate(argument: _covey_v1_RootCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  RootCertificate(argument: _covey_v1_RootCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  RootCertificate(argument: _covey_v1_RootCertificateRequest, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  /**
   * The root that the internal certificates of all nodes end in: what clients have to trust where sites have no public
   * certificates. NOT_FOUND: no node has said yet which one it is.
   */
  rootCertificate(argument: _covey_v1_RootCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  rootCertificate(argument: _covey_v1_RootCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  rootCertificate(argument: _covey_v1_RootCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  rootCertificate(argument: _covey_v1_RootCertificateRequest, callback: grpc.requestCallback<_covey_v1_RootCertificateReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Keeps a snapshot of each volume of an app on its master. The outcome names them.
   */
  Snapshot(argument: _covey_v1_SnapshotRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  Snapshot(argument: _covey_v1_SnapshotRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  /**
   * Keeps a snapshot of each volume of an app on its master. The outcome names them.
   */
  snapshot(argument: _covey_v1_SnapshotRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  snapshot(argument: _covey_v1_SnapshotRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Progress__Output>;
  
  /**
   * All snapshots of an app's volumes, on every node, oldest first. An app without a record is known by what it left.
   * NOT_FOUND: no such app or node, and no snapshot.
   */
  Snapshots(argument: _covey_v1_SnapshotsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_SnapshotsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_SnapshotsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_SnapshotsRequest, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  /**
   * All snapshots of an app's volumes, on every node, oldest first. An app without a record is known by what it left.
   * NOT_FOUND: no such app or node, and no snapshot.
   */
  snapshots(argument: _covey_v1_SnapshotsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_SnapshotsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_SnapshotsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_SnapshotsRequest, callback: grpc.requestCallback<_covey_v1_SnapshotsReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What each node serves and what is wrong anywhere.
   */
  Status(argument: _covey_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  Status(argument: _covey_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  Status(argument: _covey_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  Status(argument: _covey_v1_StatusRequest, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  /**
   * What each node serves and what is wrong anywhere.
   */
  status(argument: _covey_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  status(argument: _covey_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  status(argument: _covey_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  status(argument: _covey_v1_StatusRequest, callback: grpc.requestCallback<_covey_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The replicated volumes of one app or of all, by app and volume. NOT_FOUND: no such app.
   */
  Volumes(argument: _covey_v1_VolumesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  Volumes(argument: _covey_v1_VolumesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  Volumes(argument: _covey_v1_VolumesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  Volumes(argument: _covey_v1_VolumesRequest, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  /**
   * The replicated volumes of one app or of all, by app and volume. NOT_FOUND: no such app.
   */
  volumes(argument: _covey_v1_VolumesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  volumes(argument: _covey_v1_VolumesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  volumes(argument: _covey_v1_VolumesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  volumes(argument: _covey_v1_VolumesRequest, callback: grpc.requestCallback<_covey_v1_VolumesReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What happens in the cluster from now on, as the peer that is asked sees it, until the caller cancels. The first message
   * is of the kind "watch.begun": what happens after it is told. Of a caller who takes it too slowly the newest 1000 wait, and
   * "watch.missed" says that there were more. INVALID_ARGUMENT: no such kind.
   */
  Watch(argument: _covey_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Occurrence__Output>;
  Watch(argument: _covey_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Occurrence__Output>;
  /**
   * What happens in the cluster from now on, as the peer that is asked sees it, until the caller cancels. The first message
   * is of the kind "watch.begun": what happens after it is told. Of a caller who takes it too slowly the newest 1000 wait, and
   * "watch.missed" says that there were more. INVALID_ARGUMENT: no such kind.
   */
  watch(argument: _covey_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Occurrence__Output>;
  watch(argument: _covey_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_Occurrence__Output>;
  
}

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
export interface ClusterHandlers extends grpc.UntypedServiceImplementation {
  /**
   * All that there is to say of one app. NOT_FOUND: no such app.
   */
  App: grpc.handleUnaryCall<_covey_v1_AppRequest__Output, _covey_v1_AppReply>;
  
  /**
   * All apps of the cluster, by name.
   */
  Apps: grpc.handleUnaryCall<_covey_v1_AppsRequest__Output, _covey_v1_AppsReply>;
  
  /**
   * A writable copy of a volume under another name, on the app's master. ALREADY_EXISTS: something has that name.
   */
  Clone: grpc.handleServerStreamingCall<_covey_v1_CloneRequest__Output, _covey_v1_Progress>;
  
  /**
   * Deploys an app, or deploys it again. Streams a Progress for every change of
   * a step; the last one carries the outcome. On an error nothing has changed:
   * the app runs where it ran, with its data, its record and its routes.
   */
  Deploy: grpc.handleServerStreamingCall<_covey_v1_DeployRequest__Output, _covey_v1_Progress>;
  
  /**
   * Removes an app from the cluster. Snapshots of its volumes stay.
   */
  Destroy: grpc.handleServerStreamingCall<_covey_v1_DestroyRequest__Output, _covey_v1_Progress>;
  
  /**
   * Examines nodes, from the store to the clock: what is wrong, and how to mend it. Changes nothing. A node that does
   * not answer is a finding. NOT_FOUND: no such node.
   */
  Doctor: grpc.handleUnaryCall<_covey_v1_DoctorRequest__Output, _covey_v1_DoctorReply>;
  
  /**
   * Fires a Consul event, as `consul event` does, once it is known to be one that peers act on. The first message has its id; with
   * `wait` one follows for each change, until it is done or has failed. INVALID_ARGUMENT: the name or the payload is not
   * right. FAILED_PRECONDITION: the peer that is asked acts on no events. After an error nothing was fired.
   */
  Event: grpc.handleServerStreamingCall<_covey_v1_EventRequest__Output, _covey_v1_FiredEvent>;
  
  /**
   * The events that peers have put down, and what became of them, by when that changed last. Those of more than a day ago go,
   * once there are more than 1000.
   */
  Events: grpc.handleUnaryCall<_covey_v1_EventsRequest__Output, _covey_v1_EventsReply>;
  
  /**
   * Runs a command in a running container of an app, on its master or the node that is named, whichever node is asked. The first
   * message says what; those after it bring its input, which ends where the caller's stream ends. What it writes comes as it is
   * written, and last its exit code. A caller that cancels, or is gone, ends the input, and types Ctrl-C and Ctrl-D on a terminal; a
   * command that goes on nevertheless runs on to its own end, since Docker has no way to end it. Who runs what is logged on both nodes.
   * NOT_FOUND: no such app, service or container. INVALID_ARGUMENT: several services, and none is named.
   * FAILED_PRECONDITION: that node is away or runs nothing of the app, or the container is not running.
   */
  Exec: grpc.handleBidiStreamingCall<_covey_v1_ExecInput__Output, _covey_v1_ExecOutput>;
  
  /**
   * What was done to one app or to all, by whom, and how it ended: in the order in which it ended. That of an app that was
   * destroyed stays for a time. NOT_FOUND: no such app, and no history of it.
   */
  History: grpc.handleUnaryCall<_covey_v1_HistoryRequest__Output, _covey_v1_HistoryReply>;
  
  /**
   * A living node goes for good: its Consul leaves and stays stopped, and all nodes are told. What it serves it goes on serving
   * until its containers are stopped. NOT_FOUND: no such node. FAILED_PRECONDITION: it has a part in an app (drain it first), an
   * operation needs it, or the others would have no majority of Consul.
   */
  Leave: grpc.handleUnaryCall<_covey_v1_LeaveRequest__Output, _covey_v1_LeaveReply>;
  
  /**
   * What the containers of an app have written, from its master or the node that is named, whichever node is asked. Without
   * `follow` by time, over all containers; with it as it comes, and containers that come meanwhile are followed too, also those
   * of another master after a move. It ends with NOT_FOUND once the app is destroyed. NOT_FOUND: no such app, service or
   * container. FAILED_PRECONDITION: that node is away, or runs nothing of the app.
   */
  Logs: grpc.handleServerStreamingCall<_covey_v1_LogsRequest__Output, _covey_v1_LogsEvent>;
  
  /**
   * Puts an app into maintenance, or ends it. Every node follows within a second.
   */
  Maintenance: grpc.handleUnaryCall<_covey_v1_MaintenanceRequest__Output, _covey_v1_MaintenanceReply>;
  
  /**
   * Brings data of one app to another: the volumes that both have by the same name in their compose files. The source runs
   * on, the target is in maintenance meanwhile; what its volumes held is put aside, and the outcome names it. On an error
   * nothing has changed: the target runs with the data that it had.
   */
  Migrate: grpc.handleServerStreamingCall<_covey_v1_MigrateRequest__Output, _covey_v1_Progress>;
  
  /**
   * All members of the cluster, by name.
   */
  Nodes: grpc.handleUnaryCall<_covey_v1_NodesRequest__Output, _covey_v1_NodesReply>;
  
  /**
   * What an operation would do, without doing it: as the operation itself with `plan_only`, in one answer and without its
   * progress. Like that it holds the app's lock meanwhile, and for a deploy or a rollback a node fetches the release, inspects
   * it and removes it again, which takes as long as git does. A move is a deploy with another master. Errors: those of the operation.
   */
  Plan: grpc.handleUnaryCall<_covey_v1_PlanRequest__Output, _covey_v1_PlanReply>;
  
  /**
   * The releases that an app can go back to, and the present one, oldest first. NOT_FOUND: no such app.
   */
  Releases: grpc.handleUnaryCall<_covey_v1_ReleasesRequest__Output, _covey_v1_ReleasesReply>;
  
  /**
   * Takes out of the cluster a node that is lost for good: nobody waits for it any more, and it does not count for Consul's
   * majority. One that has left already loses its place in the list, on every node. NOT_FOUND: no such node. FAILED_PRECONDITION: it
   * is alive, or has a part in an app. DEADLINE_EXCEEDED: some nodes may still list it; the same again completes it.
   */
  RemoveNode: grpc.handleUnaryCall<_covey_v1_RemoveNodeRequest__Output, _covey_v1_RemoveNodeReply>;
  
  /**
   * The configuration of a node's proxies as the records ask for it, or how that
   * differs from what is live there. Changes nothing. NOT_FOUND: no such app or node.
   */
  Render: grpc.handleUnaryCall<_covey_v1_RenderRequest__Output, _covey_v1_RenderReply>;
  
  /**
   * Puts volumes of an app back to snapshots of its master. What they hold is put aside, and the outcome names it. On an
   * error nothing has changed: the app runs with the data that it had.
   */
  Restore: grpc.handleServerStreamingCall<_covey_v1_RestoreRequest__Output, _covey_v1_Progress>;
  
  /**
   * Brings an app back to an earlier release, code and data, on the nodes where it is. What its volumes hold is kept, and
   * the release that goes is kept with it: so the same again undoes it. On an error nothing has changed.
   * FAILED_PRECONDITION: the master is away, or lacks a snapshot of that release.
   */
  Rollback: grpc.handleServerStreamingCall<_covey_v1_RollbackRequest__Output, _covey_v1_Progress>;
  
  /**
   * The root that the internal certificates of all nodes end in: what clients have to trust where sites have no public
   * certificates. NOT_FOUND: no node has said yet which one it is.
   */
  RootCertificate: grpc.handleUnaryCall<_covey_v1_RootCertificateRequest__Output, _covey_v1_RootCertificateReply>;
  
  /**
   * Keeps a snapshot of each volume of an app on its master. The outcome names them.
   */
  Snapshot: grpc.handleServerStreamingCall<_covey_v1_SnapshotRequest__Output, _covey_v1_Progress>;
  
  /**
   * All snapshots of an app's volumes, on every node, oldest first. An app without a record is known by what it left.
   * NOT_FOUND: no such app or node, and no snapshot.
   */
  Snapshots: grpc.handleUnaryCall<_covey_v1_SnapshotsRequest__Output, _covey_v1_SnapshotsReply>;
  
  /**
   * What each node serves and what is wrong anywhere.
   */
  Status: grpc.handleUnaryCall<_covey_v1_StatusRequest__Output, _covey_v1_StatusReply>;
  
  /**
   * The replicated volumes of one app or of all, by app and volume. NOT_FOUND: no such app.
   */
  Volumes: grpc.handleUnaryCall<_covey_v1_VolumesRequest__Output, _covey_v1_VolumesReply>;
  
  /**
   * What happens in the cluster from now on, as the peer that is asked sees it, until the caller cancels. The first message
   * is of the kind "watch.begun": what happens after it is told. Of a caller who takes it too slowly the newest 1000 wait, and
   * "watch.missed" says that there were more. INVALID_ARGUMENT: no such kind.
   */
  Watch: grpc.handleServerStreamingCall<_covey_v1_WatchRequest__Output, _covey_v1_Occurrence>;
  
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  App: MethodDefinition<_covey_v1_AppRequest, _covey_v1_AppReply, _covey_v1_AppRequest__Output, _covey_v1_AppReply__Output>
  Apps: MethodDefinition<_covey_v1_AppsRequest, _covey_v1_AppsReply, _covey_v1_AppsRequest__Output, _covey_v1_AppsReply__Output>
  Clone: MethodDefinition<_covey_v1_CloneRequest, _covey_v1_Progress, _covey_v1_CloneRequest__Output, _covey_v1_Progress__Output>
  Deploy: MethodDefinition<_covey_v1_DeployRequest, _covey_v1_Progress, _covey_v1_DeployRequest__Output, _covey_v1_Progress__Output>
  Destroy: MethodDefinition<_covey_v1_DestroyRequest, _covey_v1_Progress, _covey_v1_DestroyRequest__Output, _covey_v1_Progress__Output>
  Doctor: MethodDefinition<_covey_v1_DoctorRequest, _covey_v1_DoctorReply, _covey_v1_DoctorRequest__Output, _covey_v1_DoctorReply__Output>
  Event: MethodDefinition<_covey_v1_EventRequest, _covey_v1_FiredEvent, _covey_v1_EventRequest__Output, _covey_v1_FiredEvent__Output>
  Events: MethodDefinition<_covey_v1_EventsRequest, _covey_v1_EventsReply, _covey_v1_EventsRequest__Output, _covey_v1_EventsReply__Output>
  Exec: MethodDefinition<_covey_v1_ExecInput, _covey_v1_ExecOutput, _covey_v1_ExecInput__Output, _covey_v1_ExecOutput__Output>
  History: MethodDefinition<_covey_v1_HistoryRequest, _covey_v1_HistoryReply, _covey_v1_HistoryRequest__Output, _covey_v1_HistoryReply__Output>
  Leave: MethodDefinition<_covey_v1_LeaveRequest, _covey_v1_LeaveReply, _covey_v1_LeaveRequest__Output, _covey_v1_LeaveReply__Output>
  Logs: MethodDefinition<_covey_v1_LogsRequest, _covey_v1_LogsEvent, _covey_v1_LogsRequest__Output, _covey_v1_LogsEvent__Output>
  Maintenance: MethodDefinition<_covey_v1_MaintenanceRequest, _covey_v1_MaintenanceReply, _covey_v1_MaintenanceRequest__Output, _covey_v1_MaintenanceReply__Output>
  Migrate: MethodDefinition<_covey_v1_MigrateRequest, _covey_v1_Progress, _covey_v1_MigrateRequest__Output, _covey_v1_Progress__Output>
  Nodes: MethodDefinition<_covey_v1_NodesRequest, _covey_v1_NodesReply, _covey_v1_NodesRequest__Output, _covey_v1_NodesReply__Output>
  Plan: MethodDefinition<_covey_v1_PlanRequest, _covey_v1_PlanReply, _covey_v1_PlanRequest__Output, _covey_v1_PlanReply__Output>
  Releases: MethodDefinition<_covey_v1_ReleasesRequest, _covey_v1_ReleasesReply, _covey_v1_ReleasesRequest__Output, _covey_v1_ReleasesReply__Output>
  RemoveNode: MethodDefinition<_covey_v1_RemoveNodeRequest, _covey_v1_RemoveNodeReply, _covey_v1_RemoveNodeRequest__Output, _covey_v1_RemoveNodeReply__Output>
  Render: MethodDefinition<_covey_v1_RenderRequest, _covey_v1_RenderReply, _covey_v1_RenderRequest__Output, _covey_v1_RenderReply__Output>
  Restore: MethodDefinition<_covey_v1_RestoreRequest, _covey_v1_Progress, _covey_v1_RestoreRequest__Output, _covey_v1_Progress__Output>
  Rollback: MethodDefinition<_covey_v1_RollbackRequest, _covey_v1_Progress, _covey_v1_RollbackRequest__Output, _covey_v1_Progress__Output>
  RootCertificate: MethodDefinition<_covey_v1_RootCertificateRequest, _covey_v1_RootCertificateReply, _covey_v1_RootCertificateRequest__Output, _covey_v1_RootCertificateReply__Output>
  Snapshot: MethodDefinition<_covey_v1_SnapshotRequest, _covey_v1_Progress, _covey_v1_SnapshotRequest__Output, _covey_v1_Progress__Output>
  Snapshots: MethodDefinition<_covey_v1_SnapshotsRequest, _covey_v1_SnapshotsReply, _covey_v1_SnapshotsRequest__Output, _covey_v1_SnapshotsReply__Output>
  Status: MethodDefinition<_covey_v1_StatusRequest, _covey_v1_StatusReply, _covey_v1_StatusRequest__Output, _covey_v1_StatusReply__Output>
  Volumes: MethodDefinition<_covey_v1_VolumesRequest, _covey_v1_VolumesReply, _covey_v1_VolumesRequest__Output, _covey_v1_VolumesReply__Output>
  Watch: MethodDefinition<_covey_v1_WatchRequest, _covey_v1_Occurrence, _covey_v1_WatchRequest__Output, _covey_v1_Occurrence__Output>
}
