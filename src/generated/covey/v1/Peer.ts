// Original file: proto/covey/v1/peer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CertificatesRequest as _covey_v1_CertificatesRequest, CertificatesRequest__Output as _covey_v1_CertificatesRequest__Output } from '../../covey/v1/CertificatesRequest.ts';
import type { DoctorReply as _covey_v1_DoctorReply, DoctorReply__Output as _covey_v1_DoctorReply__Output } from '../../covey/v1/DoctorReply.ts';
import type { DoctorRequest as _covey_v1_DoctorRequest, DoctorRequest__Output as _covey_v1_DoctorRequest__Output } from '../../covey/v1/DoctorRequest.ts';
import type { ExecInput as _covey_v1_ExecInput, ExecInput__Output as _covey_v1_ExecInput__Output } from '../../covey/v1/ExecInput.ts';
import type { ExecOutput as _covey_v1_ExecOutput, ExecOutput__Output as _covey_v1_ExecOutput__Output } from '../../covey/v1/ExecOutput.ts';
import type { ForgetReply as _covey_v1_ForgetReply, ForgetReply__Output as _covey_v1_ForgetReply__Output } from '../../covey/v1/ForgetReply.ts';
import type { ForgetRequest as _covey_v1_ForgetRequest, ForgetRequest__Output as _covey_v1_ForgetRequest__Output } from '../../covey/v1/ForgetRequest.ts';
import type { GenerationReply as _covey_v1_GenerationReply, GenerationReply__Output as _covey_v1_GenerationReply__Output } from '../../covey/v1/GenerationReply.ts';
import type { GenerationRequest as _covey_v1_GenerationRequest, GenerationRequest__Output as _covey_v1_GenerationRequest__Output } from '../../covey/v1/GenerationRequest.ts';
import type { GossipReply as _covey_v1_GossipReply, GossipReply__Output as _covey_v1_GossipReply__Output } from '../../covey/v1/GossipReply.ts';
import type { GossipRequest as _covey_v1_GossipRequest, GossipRequest__Output as _covey_v1_GossipRequest__Output } from '../../covey/v1/GossipRequest.ts';
import type { HelloReply as _covey_v1_HelloReply, HelloReply__Output as _covey_v1_HelloReply__Output } from '../../covey/v1/HelloReply.ts';
import type { HelloRequest as _covey_v1_HelloRequest, HelloRequest__Output as _covey_v1_HelloRequest__Output } from '../../covey/v1/HelloRequest.ts';
import type { InternalRootReply as _covey_v1_InternalRootReply, InternalRootReply__Output as _covey_v1_InternalRootReply__Output } from '../../covey/v1/InternalRootReply.ts';
import type { InternalRootRequest as _covey_v1_InternalRootRequest, InternalRootRequest__Output as _covey_v1_InternalRootRequest__Output } from '../../covey/v1/InternalRootRequest.ts';
import type { LeaveReply as _covey_v1_LeaveReply, LeaveReply__Output as _covey_v1_LeaveReply__Output } from '../../covey/v1/LeaveReply.ts';
import type { LeaveRequest as _covey_v1_LeaveRequest, LeaveRequest__Output as _covey_v1_LeaveRequest__Output } from '../../covey/v1/LeaveRequest.ts';
import type { LogsEvent as _covey_v1_LogsEvent, LogsEvent__Output as _covey_v1_LogsEvent__Output } from '../../covey/v1/LogsEvent.ts';
import type { LogsRequest as _covey_v1_LogsRequest, LogsRequest__Output as _covey_v1_LogsRequest__Output } from '../../covey/v1/LogsRequest.ts';
import type { NodeSnapshotsReply as _covey_v1_NodeSnapshotsReply, NodeSnapshotsReply__Output as _covey_v1_NodeSnapshotsReply__Output } from '../../covey/v1/NodeSnapshotsReply.ts';
import type { NodeSnapshotsRequest as _covey_v1_NodeSnapshotsRequest, NodeSnapshotsRequest__Output as _covey_v1_NodeSnapshotsRequest__Output } from '../../covey/v1/NodeSnapshotsRequest.ts';
import type { NodeStatus as _covey_v1_NodeStatus, NodeStatus__Output as _covey_v1_NodeStatus__Output } from '../../covey/v1/NodeStatus.ts';
import type { ObserveRequest as _covey_v1_ObserveRequest, ObserveRequest__Output as _covey_v1_ObserveRequest__Output } from '../../covey/v1/ObserveRequest.ts';
import type { ReleaseChunk as _covey_v1_ReleaseChunk, ReleaseChunk__Output as _covey_v1_ReleaseChunk__Output } from '../../covey/v1/ReleaseChunk.ts';
import type { ReleaseRequest as _covey_v1_ReleaseRequest, ReleaseRequest__Output as _covey_v1_ReleaseRequest__Output } from '../../covey/v1/ReleaseRequest.ts';
import type { RenderReply as _covey_v1_RenderReply, RenderReply__Output as _covey_v1_RenderReply__Output } from '../../covey/v1/RenderReply.ts';
import type { RenderRequest as _covey_v1_RenderRequest, RenderRequest__Output as _covey_v1_RenderRequest__Output } from '../../covey/v1/RenderRequest.ts';
import type { RetentionReply as _covey_v1_RetentionReply, RetentionReply__Output as _covey_v1_RetentionReply__Output } from '../../covey/v1/RetentionReply.ts';
import type { RetentionRequest as _covey_v1_RetentionRequest, RetentionRequest__Output as _covey_v1_RetentionRequest__Output } from '../../covey/v1/RetentionRequest.ts';
import type { SiteCertificate as _covey_v1_SiteCertificate, SiteCertificate__Output as _covey_v1_SiteCertificate__Output } from '../../covey/v1/SiteCertificate.ts';
import type { StepEvent as _covey_v1_StepEvent, StepEvent__Output as _covey_v1_StepEvent__Output } from '../../covey/v1/StepEvent.ts';
import type { StepRequest as _covey_v1_StepRequest, StepRequest__Output as _covey_v1_StepRequest__Output } from '../../covey/v1/StepRequest.ts';

/**
 * What nodes ask of each other. Only certificates with the role "peer" may call it.
 */
export interface PeerClient extends grpc.Client {
  /**
   * Answers once this node serves the record of the app at that generation or
   * a later one, or has quarantined it.
   */
  AwaitGeneration(argument: _covey_v1_GenerationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  AwaitGeneration(argument: _covey_v1_GenerationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  AwaitGeneration(argument: _covey_v1_GenerationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  AwaitGeneration(argument: _covey_v1_GenerationRequest, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  /**
   * Answers once this node serves the record of the app at that generation or
   * a later one, or has quarantined it.
   */
  awaitGeneration(argument: _covey_v1_GenerationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  awaitGeneration(argument: _covey_v1_GenerationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  awaitGeneration(argument: _covey_v1_GenerationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  awaitGeneration(argument: _covey_v1_GenerationRequest, callback: grpc.requestCallback<_covey_v1_GenerationReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The certificates that this node's Caddy keeps of some hosts, with their
   * keys; of a host without one nothing comes. Error: FAILED_PRECONDITION
   * without TLS.
   */
  Certificates(argument: _covey_v1_CertificatesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_SiteCertificate__Output>;
  Certificates(argument: _covey_v1_CertificatesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_SiteCertificate__Output>;
  /**
   * The certificates that this node's Caddy keeps of some hosts, with their
   * keys; of a host without one nothing comes. Error: FAILED_PRECONDITION
   * without TLS.
   */
  certificates(argument: _covey_v1_CertificatesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_SiteCertificate__Output>;
  certificates(argument: _covey_v1_CertificatesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_SiteCertificate__Output>;
  
  /**
   * As Cluster.Exec, in a container on this node.
   */
  ContainerExec(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  ContainerExec(options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  /**
   * As Cluster.Exec, in a container on this node.
   */
  containerExec(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  containerExec(options?: grpc.CallOptions): grpc.ClientDuplexStream<_covey_v1_ExecInput, _covey_v1_ExecOutput__Output>;
  
  /**
   * As Cluster.Logs, of the containers on this node. With `follow` it ends once this node is no longer the app's master, or where
   * `node` names this one once it runs nothing of the app, and what was written here has been sent.
   */
  ContainerLogs(argument: _covey_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  ContainerLogs(argument: _covey_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  /**
   * As Cluster.Logs, of the containers on this node. With `follow` it ends once this node is no longer the app's master, or where
   * `node` names this one once it runs nothing of the app, and what was written here has been sent.
   */
  containerLogs(argument: _covey_v1_LogsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  containerLogs(argument: _covey_v1_LogsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_LogsEvent__Output>;
  
  /**
   * As Cluster.Doctor, of this node; the request is not looked at.
   */
  Doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  Doctor(argument: _covey_v1_DoctorRequest, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  /**
   * As Cluster.Doctor, of this node; the request is not looked at.
   */
  doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  doctor(argument: _covey_v1_DoctorRequest, callback: grpc.requestCallback<_covey_v1_DoctorReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * This node's Consul takes a node that has left off its list of members, unless that one is alive there. To be asked until the
   * node is not listed any more: Consul passes over what it has heard too late.
   */
  Forget(argument: _covey_v1_ForgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  Forget(argument: _covey_v1_ForgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  Forget(argument: _covey_v1_ForgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  Forget(argument: _covey_v1_ForgetRequest, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  /**
   * This node's Consul takes a node that has left off its list of members, unless that one is alive there. To be asked until the
   * node is not listed any more: Consul passes over what it has heard too late.
   */
  forget(argument: _covey_v1_ForgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  forget(argument: _covey_v1_ForgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  forget(argument: _covey_v1_ForgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  forget(argument: _covey_v1_ForgetRequest, callback: grpc.requestCallback<_covey_v1_ForgetReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * One message of the gossip between nodes, and its answer: docs/gossip.md.
   */
  Gossip(argument: _covey_v1_GossipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  Gossip(argument: _covey_v1_GossipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  Gossip(argument: _covey_v1_GossipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  Gossip(argument: _covey_v1_GossipRequest, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  /**
   * One message of the gossip between nodes, and its answer: docs/gossip.md.
   */
  gossip(argument: _covey_v1_GossipRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  gossip(argument: _covey_v1_GossipRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  gossip(argument: _covey_v1_GossipRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  gossip(argument: _covey_v1_GossipRequest, callback: grpc.requestCallback<_covey_v1_GossipReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Version, name and time; the cheapest question.
   */
  Hello(argument: _covey_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _covey_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _covey_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _covey_v1_HelloRequest, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  /**
   * Version, name and time; the cheapest question.
   */
  hello(argument: _covey_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _covey_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _covey_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _covey_v1_HelloRequest, callback: grpc.requestCallback<_covey_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The root that the internal certificates of all nodes end in, with its key.
   * Errors: NOT_FOUND where this node has another one, FAILED_PRECONDITION
   * without TLS.
   */
  InternalRoot(argument: _covey_v1_InternalRootRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  InternalRoot(argument: _covey_v1_InternalRootRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  InternalRoot(argument: _covey_v1_InternalRootRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  InternalRoot(argument: _covey_v1_InternalRootRequest, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  /**
   * The root that the internal certificates of all nodes end in, with its key.
   * Errors: NOT_FOUND where this node has another one, FAILED_PRECONDITION
   * without TLS.
   */
  internalRoot(argument: _covey_v1_InternalRootRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  internalRoot(argument: _covey_v1_InternalRootRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  internalRoot(argument: _covey_v1_InternalRootRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  internalRoot(argument: _covey_v1_InternalRootRequest, callback: grpc.requestCallback<_covey_v1_InternalRootReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * As Cluster.Leave, of this node; `node` is not looked at. Cluster.Leave has looked whether it may.
   */
  Leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  Leave(argument: _covey_v1_LeaveRequest, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  /**
   * As Cluster.Leave, of this node; `node` is not looked at. Cluster.Leave has looked whether it may.
   */
  leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  leave(argument: _covey_v1_LeaveRequest, callback: grpc.requestCallback<_covey_v1_LeaveReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What this node knows of itself.
   */
  Observe(argument: _covey_v1_ObserveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  Observe(argument: _covey_v1_ObserveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  Observe(argument: _covey_v1_ObserveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  Observe(argument: _covey_v1_ObserveRequest, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  /**
   * What this node knows of itself.
   */
  observe(argument: _covey_v1_ObserveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  observe(argument: _covey_v1_ObserveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  observe(argument: _covey_v1_ObserveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  observe(argument: _covey_v1_ObserveRequest, callback: grpc.requestCallback<_covey_v1_NodeStatus__Output>): grpc.ClientUnaryCall;
  
  /**
   * A release that this node has, for a node that takes it from here instead
   * of from git. Error: NOT_FOUND.
   */
  Release(argument: _covey_v1_ReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_ReleaseChunk__Output>;
  Release(argument: _covey_v1_ReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_ReleaseChunk__Output>;
  /**
   * A release that this node has, for a node that takes it from here instead
   * of from git. Error: NOT_FOUND.
   */
  release(argument: _covey_v1_ReleaseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_ReleaseChunk__Output>;
  release(argument: _covey_v1_ReleaseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_ReleaseChunk__Output>;
  
  /**
   * As Cluster.Render, of this node; `node` is not looked at.
   */
  Render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  Render(argument: _covey_v1_RenderRequest, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  /**
   * As Cluster.Render, of this node; `node` is not looked at.
   */
  render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  render(argument: _covey_v1_RenderRequest, callback: grpc.requestCallback<_covey_v1_RenderReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * What a purge would remove on this node, of one app's volumes or of all. Removes nothing.
   */
  Retention(argument: _covey_v1_RetentionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  Retention(argument: _covey_v1_RetentionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  Retention(argument: _covey_v1_RetentionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  Retention(argument: _covey_v1_RetentionRequest, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  /**
   * What a purge would remove on this node, of one app's volumes or of all. Removes nothing.
   */
  retention(argument: _covey_v1_RetentionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  retention(argument: _covey_v1_RetentionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  retention(argument: _covey_v1_RetentionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  retention(argument: _covey_v1_RetentionRequest, callback: grpc.requestCallback<_covey_v1_RetentionReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Runs one step of a plan on this node. Running it twice does no harm.
   */
  RunStep(argument: _covey_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  RunStep(argument: _covey_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  /**
   * Runs one step of a plan on this node. Running it twice does no harm.
   */
  runStep(argument: _covey_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  runStep(argument: _covey_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  
  /**
   * The snapshots that this node has of an app's volumes.
   */
  Snapshots(argument: _covey_v1_NodeSnapshotsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_NodeSnapshotsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_NodeSnapshotsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  Snapshots(argument: _covey_v1_NodeSnapshotsRequest, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  /**
   * The snapshots that this node has of an app's volumes.
   */
  snapshots(argument: _covey_v1_NodeSnapshotsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_NodeSnapshotsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_NodeSnapshotsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  snapshots(argument: _covey_v1_NodeSnapshotsRequest, callback: grpc.requestCallback<_covey_v1_NodeSnapshotsReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Undoes one step, whether it had finished, had begun or had never run.
   */
  UndoStep(argument: _covey_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  UndoStep(argument: _covey_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  /**
   * Undoes one step, whether it had finished, had begun or had never run.
   */
  undoStep(argument: _covey_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  undoStep(argument: _covey_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_covey_v1_StepEvent__Output>;
  
}

/**
 * What nodes ask of each other. Only certificates with the role "peer" may call it.
 */
export interface PeerHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Answers once this node serves the record of the app at that generation or
   * a later one, or has quarantined it.
   */
  AwaitGeneration: grpc.handleUnaryCall<_covey_v1_GenerationRequest__Output, _covey_v1_GenerationReply>;
  
  /**
   * The certificates that this node's Caddy keeps of some hosts, with their
   * keys; of a host without one nothing comes. Error: FAILED_PRECONDITION
   * without TLS.
   */
  Certificates: grpc.handleServerStreamingCall<_covey_v1_CertificatesRequest__Output, _covey_v1_SiteCertificate>;
  
  /**
   * As Cluster.Exec, in a container on this node.
   */
  ContainerExec: grpc.handleBidiStreamingCall<_covey_v1_ExecInput__Output, _covey_v1_ExecOutput>;
  
  /**
   * As Cluster.Logs, of the containers on this node. With `follow` it ends once this node is no longer the app's master, or where
   * `node` names this one once it runs nothing of the app, and what was written here has been sent.
   */
  ContainerLogs: grpc.handleServerStreamingCall<_covey_v1_LogsRequest__Output, _covey_v1_LogsEvent>;
  
  /**
   * As Cluster.Doctor, of this node; the request is not looked at.
   */
  Doctor: grpc.handleUnaryCall<_covey_v1_DoctorRequest__Output, _covey_v1_DoctorReply>;
  
  /**
   * This node's Consul takes a node that has left off its list of members, unless that one is alive there. To be asked until the
   * node is not listed any more: Consul passes over what it has heard too late.
   */
  Forget: grpc.handleUnaryCall<_covey_v1_ForgetRequest__Output, _covey_v1_ForgetReply>;
  
  /**
   * One message of the gossip between nodes, and its answer: docs/gossip.md.
   */
  Gossip: grpc.handleUnaryCall<_covey_v1_GossipRequest__Output, _covey_v1_GossipReply>;
  
  /**
   * Version, name and time; the cheapest question.
   */
  Hello: grpc.handleUnaryCall<_covey_v1_HelloRequest__Output, _covey_v1_HelloReply>;
  
  /**
   * The root that the internal certificates of all nodes end in, with its key.
   * Errors: NOT_FOUND where this node has another one, FAILED_PRECONDITION
   * without TLS.
   */
  InternalRoot: grpc.handleUnaryCall<_covey_v1_InternalRootRequest__Output, _covey_v1_InternalRootReply>;
  
  /**
   * As Cluster.Leave, of this node; `node` is not looked at. Cluster.Leave has looked whether it may.
   */
  Leave: grpc.handleUnaryCall<_covey_v1_LeaveRequest__Output, _covey_v1_LeaveReply>;
  
  /**
   * What this node knows of itself.
   */
  Observe: grpc.handleUnaryCall<_covey_v1_ObserveRequest__Output, _covey_v1_NodeStatus>;
  
  /**
   * A release that this node has, for a node that takes it from here instead
   * of from git. Error: NOT_FOUND.
   */
  Release: grpc.handleServerStreamingCall<_covey_v1_ReleaseRequest__Output, _covey_v1_ReleaseChunk>;
  
  /**
   * As Cluster.Render, of this node; `node` is not looked at.
   */
  Render: grpc.handleUnaryCall<_covey_v1_RenderRequest__Output, _covey_v1_RenderReply>;
  
  /**
   * What a purge would remove on this node, of one app's volumes or of all. Removes nothing.
   */
  Retention: grpc.handleUnaryCall<_covey_v1_RetentionRequest__Output, _covey_v1_RetentionReply>;
  
  /**
   * Runs one step of a plan on this node. Running it twice does no harm.
   */
  RunStep: grpc.handleServerStreamingCall<_covey_v1_StepRequest__Output, _covey_v1_StepEvent>;
  
  /**
   * The snapshots that this node has of an app's volumes.
   */
  Snapshots: grpc.handleUnaryCall<_covey_v1_NodeSnapshotsRequest__Output, _covey_v1_NodeSnapshotsReply>;
  
  /**
   * Undoes one step, whether it had finished, had begun or had never run.
   */
  UndoStep: grpc.handleServerStreamingCall<_covey_v1_StepRequest__Output, _covey_v1_StepEvent>;
  
}

export interface PeerDefinition extends grpc.ServiceDefinition {
  AwaitGeneration: MethodDefinition<_covey_v1_GenerationRequest, _covey_v1_GenerationReply, _covey_v1_GenerationRequest__Output, _covey_v1_GenerationReply__Output>
  Certificates: MethodDefinition<_covey_v1_CertificatesRequest, _covey_v1_SiteCertificate, _covey_v1_CertificatesRequest__Output, _covey_v1_SiteCertificate__Output>
  ContainerExec: MethodDefinition<_covey_v1_ExecInput, _covey_v1_ExecOutput, _covey_v1_ExecInput__Output, _covey_v1_ExecOutput__Output>
  ContainerLogs: MethodDefinition<_covey_v1_LogsRequest, _covey_v1_LogsEvent, _covey_v1_LogsRequest__Output, _covey_v1_LogsEvent__Output>
  Doctor: MethodDefinition<_covey_v1_DoctorRequest, _covey_v1_DoctorReply, _covey_v1_DoctorRequest__Output, _covey_v1_DoctorReply__Output>
  Forget: MethodDefinition<_covey_v1_ForgetRequest, _covey_v1_ForgetReply, _covey_v1_ForgetRequest__Output, _covey_v1_ForgetReply__Output>
  Gossip: MethodDefinition<_covey_v1_GossipRequest, _covey_v1_GossipReply, _covey_v1_GossipRequest__Output, _covey_v1_GossipReply__Output>
  Hello: MethodDefinition<_covey_v1_HelloRequest, _covey_v1_HelloReply, _covey_v1_HelloRequest__Output, _covey_v1_HelloReply__Output>
  InternalRoot: MethodDefinition<_covey_v1_InternalRootRequest, _covey_v1_InternalRootReply, _covey_v1_InternalRootRequest__Output, _covey_v1_InternalRootReply__Output>
  Leave: MethodDefinition<_covey_v1_LeaveRequest, _covey_v1_LeaveReply, _covey_v1_LeaveRequest__Output, _covey_v1_LeaveReply__Output>
  Observe: MethodDefinition<_covey_v1_ObserveRequest, _covey_v1_NodeStatus, _covey_v1_ObserveRequest__Output, _covey_v1_NodeStatus__Output>
  Release: MethodDefinition<_covey_v1_ReleaseRequest, _covey_v1_ReleaseChunk, _covey_v1_ReleaseRequest__Output, _covey_v1_ReleaseChunk__Output>
  Render: MethodDefinition<_covey_v1_RenderRequest, _covey_v1_RenderReply, _covey_v1_RenderRequest__Output, _covey_v1_RenderReply__Output>
  Retention: MethodDefinition<_covey_v1_RetentionRequest, _covey_v1_RetentionReply, _covey_v1_RetentionRequest__Output, _covey_v1_RetentionReply__Output>
  RunStep: MethodDefinition<_covey_v1_StepRequest, _covey_v1_StepEvent, _covey_v1_StepRequest__Output, _covey_v1_StepEvent__Output>
  Snapshots: MethodDefinition<_covey_v1_NodeSnapshotsRequest, _covey_v1_NodeSnapshotsReply, _covey_v1_NodeSnapshotsRequest__Output, _covey_v1_NodeSnapshotsReply__Output>
  UndoStep: MethodDefinition<_covey_v1_StepRequest, _covey_v1_StepEvent, _covey_v1_StepRequest__Output, _covey_v1_StepEvent__Output>
}
