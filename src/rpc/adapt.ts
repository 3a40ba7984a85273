import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
} from '@grpc/grpc-js';
import { asCoveyError, CoveyError } from '../errors.ts';
import { drained } from './drained.ts';
import type {
  CallContext,
  Caller,
  DuplexHandler,
  Handler,
  Role,
  StreamHandler,
  WatchCall,
} from './handler.ts';
import { statusName, toStatus } from './status.ts';
import { identity } from './tls.ts';

/** What surrounds every call: who may make it, what ends it, and who hears of its failure. */
export interface Surroundings {
  roles: readonly Role[];
  /** Aborts when the peer has waited long enough for running calls. */
  stopping: AbortSignal;
  /** Without TLS there is no certificate to look at. */
  plaintext: boolean;
  failed: (path: string, caller: Caller | undefined, error: CoveyError) => void;
  watchCall: WatchCall;
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
      await sendAll(call, handler(call.request, context), context.signal);
    }).catch((thrown: unknown) => refuse(call, thrown));
  };
}

/** A handler of a stream by a stream as grpc-js wants it. */
export function adaptDuplex<Req, Res>(
  handler: DuplexHandler<Req, Res>,
  surroundings: Surroundings,
): handleBidiStreamingCall<Req, Res> {
  return (call) => {
    guarded(call, surroundings, async (context) => {
      // A handler that has read enough may still answer.
      const requests: AsyncIterable<Req> = call.iterator({ destroyOnReturn: false });
      await sendAll(call, handler(requests, context), context.signal);
    }).catch((thrown: unknown) => refuse(call, thrown));
  };
}

async function sendAll<Res>(
  call: NodeJS.EventEmitter & { write(message: Res): boolean; end(): unknown },
  messages: AsyncIterable<Res>,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    throwIfAborted(signal);
    if (!call.write(message)) await drained(call, signal);
  }
  throwIfAborted(signal);
  call.end();
}

function refuse(call: NodeJS.EventEmitter, thrown: unknown): void {
  call.emit('error', Object.assign(new Error('refused'), toStatus(thrown)));
}

/** What every kind of call has. */
type SurfaceCall = Pick<
  ServerUnaryCall<unknown, unknown>,
  'getAuthContext' | 'getDeadline' | 'getPath' | 'getPeer'
>;

/** Runs the work of one call: role first, then a signal that lives as long as the call; failures are told and rethrown. */
async function guarded(
  call: SurfaceCall & NodeJS.EventEmitter,
  surroundings: Surroundings,
  work: (context: CallContext) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const onCancelled = () => controller.abort(reasonOf(call));
  call.once('cancelled', onCancelled);
  const ended = surroundings.watchCall(call.getPath());
  let status = 'OK';
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
    status = statusName(error.code);
    surroundings.failed(call.getPath(), caller, error);
    throw error;
  } finally {
    // grpc-js says "cancelled" after every call: what the handler left running is not to be hurt by that.
    call.off('cancelled', onCancelled);
    ended(status);
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

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw asCoveyError(signal.reason);
}
