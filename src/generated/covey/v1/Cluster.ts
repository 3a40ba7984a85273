// Original file: proto/covey/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppsReply as _covey_v1_AppsReply, AppsReply__Output as _covey_v1_AppsReply__Output } from './AppsReply.ts';
import type { AppsRequest as _covey_v1_AppsRequest, AppsRequest__Output as _covey_v1_AppsRequest__Output } from './AppsRequest.ts';
import type { DeployRequest as _covey_v1_DeployRequest, DeployRequest__Output as _covey_v1_DeployRequest__Output } from './DeployRequest.ts';
import type { DestroyRequest as _covey_v1_DestroyRequest, DestroyRequest__Output as _covey_v1_DestroyRequest__Output } from './DestroyRequest.ts';
import type { DoctorReply as _covey_v1_DoctorReply, DoctorReply__Output as _covey_v1_DoctorReply__Output } from './DoctorReply.ts';
import type { DoctorRequest as _covey_v1_DoctorRequest, DoctorRequest__Output as _covey_v1_DoctorRequest__Output } from './DoctorRequest.ts';
import type { MaintenanceReply as _covey_v1_MaintenanceReply, MaintenanceReply__Output as _covey_v1_MaintenanceReply__Output } from './MaintenanceReply.ts';
import type { MaintenanceRequest as _covey_v1_MaintenanceRequest, MaintenanceRequest__Output as _covey_v1_MaintenanceRequest__Output } from './MaintenanceRequest.ts';
import type { NodesReply as _covey_v1_NodesReply, NodesReply__Output as _covey_v1_NodesReply__Output } from './NodesReply.ts';
import type { NodesRequest as _covey_v1_NodesRequest, NodesRequest__Output as _covey_v1_NodesRequest__Output } from './NodesRequest.ts';
import type { Progress as _covey_v1_Progress, Progress__Output as _covey_v1_Progress__Output } from './Progress.ts';
import type { RenderReply as _covey_v1_RenderReply, RenderReply__Output as _covey_v1_RenderReply__Output } from './RenderReply.ts';
import type { RenderRequest as _covey_v1_RenderRequest, RenderRequest__Output as _covey_v1_RenderRequest__Output } from './RenderRequest.ts';
import type { StatusReply as _covey_v1_StatusReply, StatusReply__Output as _covey_v1_StatusReply__Output } from './StatusReply.ts';
import type { StatusRequest as _covey_v1_StatusRequest, StatusRequest__Output as _covey_v1_StatusRequest__Output } from './StatusRequest.ts';
import type { VolumesReply as _covey_v1_VolumesReply, VolumesReply__Output as _covey_v1_VolumesReply__Output } from './VolumesReply.ts';
import type { VolumesRequest as _covey_v1_VolumesRequest, VolumesRequest__Output as _covey_v1_VolumesRequest__Output } from './VolumesRequest.ts';

/**
 * What operators ask of the cluster. Any peer answers, for the whole cluster.
 * 
 * Errors are gRPC statuses. The message says what, where and what to do; the
 * metadata key "covey-code" holds covey's own code (docs/errors.md lists them):
 * INVALID_ARGUMENT    the request, a compose file, a CADDYFILE or HAPROXY is malformed
 * NOT_FOUND           no such app
 * ALREADY_EXISTS      an address, a frontend, a name or a project belongs to another app
 * ABORTED             somebody else holds the app's lock (by whom, since when)
 * FAILED_PRECONDITION the state of the cluster does not allow it
 * PERMISSION_DENIED   the caller's certificate does not allow it
 * UNAVAILABLE         a peer, Consul, Docker, git or a proxy does not answer
 * INTERNAL            a step failed and was undone
 */
export interface ClusterClient extends grpc.Client {
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
  
}

/**
 * What operators ask of the cluster. Any peer answers, for the whole cluster.
 * 
 * Errors are gRPC statuses. The message says what, where and what to do; the
 * metadata key "covey-code" holds covey's own code (docs/errors.md lists them):
 * INVALID_ARGUMENT    the request, a compose file, a CADDYFILE or HAPROXY is malformed
 * NOT_FOUND           no such app
 * ALREADY_EXISTS      an address, a frontend, a name or a project belongs to another app
 * ABORTED             somebody else holds the app's lock (by whom, since when)
 * FAILED_PRECONDITION the state of the cluster does not allow it
 * PERMISSION_DENIED   the caller's certificate does not allow it
 * UNAVAILABLE         a peer, Consul, Docker, git or a proxy does not answer
 * INTERNAL            a step failed and was undone
 */
export interface ClusterHandlers extends grpc.UntypedServiceImplementation {
  /**
   * All apps of the cluster, by name.
   */
  Apps: grpc.handleUnaryCall<_covey_v1_AppsRequest__Output, _covey_v1_AppsReply>;
  
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
   * Puts an app into maintenance, or ends it. Every node follows within a second.
   */
  Maintenance: grpc.handleUnaryCall<_covey_v1_MaintenanceRequest__Output, _covey_v1_MaintenanceReply>;
  
  /**
   * All members of the cluster, by name.
   */
  Nodes: grpc.handleUnaryCall<_covey_v1_NodesRequest__Output, _covey_v1_NodesReply>;
  
  /**
   * The configuration of a node's proxies as the records ask for it, or how that
   * differs from what is live there. Changes nothing. NOT_FOUND: no such app or node.
   */
  Render: grpc.handleUnaryCall<_covey_v1_RenderRequest__Output, _covey_v1_RenderReply>;
  
  /**
   * What each node serves and what is wrong anywhere.
   */
  Status: grpc.handleUnaryCall<_covey_v1_StatusRequest__Output, _covey_v1_StatusReply>;
  
  /**
   * The replicated volumes of one app or of all, by app and volume. NOT_FOUND: no such app.
   */
  Volumes: grpc.handleUnaryCall<_covey_v1_VolumesRequest__Output, _covey_v1_VolumesReply>;
  
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  Apps: MethodDefinition<_covey_v1_AppsRequest, _covey_v1_AppsReply, _covey_v1_AppsRequest__Output, _covey_v1_AppsReply__Output>
  Deploy: MethodDefinition<_covey_v1_DeployRequest, _covey_v1_Progress, _covey_v1_DeployRequest__Output, _covey_v1_Progress__Output>
  Destroy: MethodDefinition<_covey_v1_DestroyRequest, _covey_v1_Progress, _covey_v1_DestroyRequest__Output, _covey_v1_Progress__Output>
  Doctor: MethodDefinition<_covey_v1_DoctorRequest, _covey_v1_DoctorReply, _covey_v1_DoctorRequest__Output, _covey_v1_DoctorReply__Output>
  Maintenance: MethodDefinition<_covey_v1_MaintenanceRequest, _covey_v1_MaintenanceReply, _covey_v1_MaintenanceRequest__Output, _covey_v1_MaintenanceReply__Output>
  Nodes: MethodDefinition<_covey_v1_NodesRequest, _covey_v1_NodesReply, _covey_v1_NodesRequest__Output, _covey_v1_NodesReply__Output>
  Render: MethodDefinition<_covey_v1_RenderRequest, _covey_v1_RenderReply, _covey_v1_RenderRequest__Output, _covey_v1_RenderReply__Output>
  Status: MethodDefinition<_covey_v1_StatusRequest, _covey_v1_StatusReply, _covey_v1_StatusRequest__Output, _covey_v1_StatusReply__Output>
  Volumes: MethodDefinition<_covey_v1_VolumesRequest, _covey_v1_VolumesReply, _covey_v1_VolumesRequest__Output, _covey_v1_VolumesReply__Output>
}
