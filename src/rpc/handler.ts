import type { handleBidiStreamingCall, handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type { ClusterHandlers } from '../generated/covey/v1/Cluster.ts';
import type { PeerHandlers } from '../generated/covey/v1/Peer.ts';

/** What a certificate of the cluster's CA is for; it stands in the subject's OU. */
export type Role = 'peer' | 'operator';

/** Who is at the other end of a connection: the CN and the OU of its certificate. */
export interface Caller {
  name: string;
  role: Role;
}

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** Aborts when the caller cancels or is gone, when its deadline passes, and when the peer stops for good. */
  signal: AbortSignal;
  /** Who asks, by the certificate. Over plaintext everybody is a peer. */
  caller: Caller;
}

/** Is told of each call when it begins, by its path. What it gives is told the name of the call's gRPC status at its end. */
export type WatchCall = (path: string) => (status: string) => void;

/** Answers a call; throws a CoveyError to refuse it. */
export type Handler<Req, Res> = (request: Req, call: CallContext) => Promise<Res>;

/** Answers a call with a stream; the next message is asked for once the caller has taken the ones before. */
export type StreamHandler<Req, Res> = (request: Req, call: CallContext) => AsyncIterable<Res>;

/** Answers a stream by a stream; the requests end where the caller's stream ends. */
export type DuplexHandler<Req, Res> = (requests: AsyncIterable<Req>, call: CallContext) => AsyncIterable<Res>;

/** The handlers that a generated service wants, in our shape. */
type HandlersOf<Service> = {
  [Name in keyof Service as string extends Name
    ? never
    : Name]: Service[Name] extends handleServerStreamingCall<infer Req, infer Res>
    ? StreamHandler<Req, Res>
    : Service[Name] extends handleBidiStreamingCall<infer Req, infer Res>
      ? DuplexHandler<Req, Res>
      : Service[Name] extends handleUnaryCall<infer Req, infer Res>
        ? Handler<Req, Res>
        : never;
};

/** Everything that a peer answers, by service and method of the proto files. */
export interface Handlers {
  Cluster: HandlersOf<ClusterHandlers>;
  Peer: HandlersOf<PeerHandlers>;
}
