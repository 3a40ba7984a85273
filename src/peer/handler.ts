import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { ClusterHandlers } from '../generated/covey/v1/Cluster.ts';
import type { PeerHandlers } from '../generated/covey/v1/Peer.ts';
import { toStatus } from './status.ts';
import { type Caller, identity, type Role } from './tls.ts';

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** Aborts when the caller cancels or is gone, when its deadline passes, and when the peer stops for good. */
  signal: AbortSignal;
  /** Who asks, by the certificate. Over plaintext everybody is a peer. */
  caller: Caller;
}

/** Answers a call; throws a CoveyError to refuse it. */
export type Handler<Req, Res> = (request: Req, call: CallContext) => Promise<Res>;

/** Answers a call with a stream; the next message is asked for once the caller has taken the ones before. */
export type StreamHandler<Req, Res> = (request: Req, call: CallContext) => AsyncIterable<Res>;

/** The handlers that a generated service wants, in our shape. */
type HandlersOf<Service> = {
  [Name in keyof Service as string extends Name
    ? never
    : Name]: Service[Name] extends handleServerStreamingCall<infer Req, infer Res>
    ? StreamHandler<Req, Res>
    : Service[Name] extends handleUnaryCall<infer Req, infer Res>
      ? Handler<Req, Res>
      : never;
};

/** Everything that a peer answers, by service and method of the proto files. */
export interface Handlers {
  Cluster: HandlersOf<ClusterHandlers>;
  Peer: HandlersOf<PeerHandlers>;
}

/** What surrounds every call: who may make it, what ends it, and who hears of its failure. */
export interface Surroundings {
  roles: readonly Role[];
  /** Aborts when the peer has waited long enough for running calls. */
  stopping: AbortSignal;
  /** Without TLS there is no certificate to look at. */
  plaintext: boolean;
  failed: (path: string, caller: Caller | undefined, error: CoveyError) => void;
}

/** A handler as grpc-js wants it. */
export function adaptUnary<Req, Res>(
  handler: Handler<Req, Res>,
  surroundings: Surroundings,
): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    guarded(call, surroundings, async (context) => {
      callback(null, await handler(call.request, context));
    }).catch((thrown: unknown) => callback(toStatus(thrown)));
  };
}

/** A streaming handler as grpc-js wants it. */
export function adaptStream<Req, Res>(
  handler: StreamHandler<Req, Res>,
  surroundings: Surroundings,
): handleServerStreamingCall<Req, Res> {
  return (call) => {
    guarded(call, surroundings, async (context) => {
      for await (const message of handler(call.request, context)) {
        throwIfAborted(context.signal);
        if (!call.write(message)) await drained(call, context.signal);
      }
      throwIfAborted(context.signal);
      call.end();
    }).catch((thrown: unknown) => call.emit('error', Object.assign(new Error('refused'), toStatus(thrown))));
  };
}

/** What every kind of call has. */
type SurfaceCall = Pick<
  ServerUnaryCall<unknown, unknown>,
  'getAuthContext' | 'getDeadline' | 'getPath' | 'getPeer'
>;

/** Runs the work of one call: role first, then a signal that lives as long as the call; failures are told and rethrown. */
async function guarded<Req, Res>(
  call: ServerUnaryCall<Req, Res> | ServerWritableStream<Req, Res>,
  surroundings: Surroundings,
  work: (context: CallContext) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const onCancelled = () => controller.abort(reasonOf(call));
  call.once('cancelled', onCancelled);
  let caller: Caller | undefined;
  try {
    caller = callerOf(call, surroundings.plaintext);
    if (caller === undefined || !surroundings.roles.includes(caller.role)) {
      const who = caller === undefined ? 'A caller without a role' : `${caller.name} (${caller.role})`;
      throw new CoveyError('denied', `${who} may not call ${call.getPath()}`, {
        hint: `It takes a certificate with the role ${surroundings.roles.join(' or ')}.`,
      });
    }
    await work({ signal: AbortSignal.any([controller.signal, surroundings.stopping]), caller });
  } catch (thrown) {
    const error = asCoveyError(thrown);
    surroundings.failed(call.getPath(), caller, error);
    throw error;
  } finally {
    // grpc-js says "cancelled" after every call: what the handler left running is not to be hurt by that.
    call.off('cancelled', onCancelled);
  }
}

function callerOf(call: SurfaceCall, plaintext: boolean): Caller | undefined {
  if (plaintext) return { name: call.getPeer(), role: 'peer' };
  const certificate = call.getAuthContext().sslPeerCertificate;
  return certificate === undefined ? undefined : identity(certificate);
}

function reasonOf(call: SurfaceCall): CoveyError {
  return Number(call.getDeadline()) <= Date.now()
    ? new CoveyError('timeout', `The caller's deadline for ${call.getPath()} passed`)
    : new CoveyError('cancelled', `The caller cancelled ${call.getPath()}`);
}

/** Waits until the stream takes more; rejects with the signal's reason when the caller is gone. */
function drained(stream: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(asCoveyError(signal.reason));
  stream.once('drain', resolve);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    stream.off('drain', resolve);
    signal.removeEventListener('abort', onAbort);
  });
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw asCoveyError(signal.reason);
}
