import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { CallContext, Caller, Handler, Role, StreamHandler } from './handler.ts';
import { toStatus } from './status.ts';
import { identity } from './tls.ts';

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
