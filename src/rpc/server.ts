import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { adaptDuplex, adaptStream, adaptUnary, type Surroundings } from './adapt.ts';
import type { DuplexHandler, Handler, Handlers, Role, StreamHandler, WatchCall } from './handler.ts';
import { listen, type RawProtocol } from './listener.ts';
import { clusterMethods, packageDefinition, peerMethods } from './proto.ts';
import type { TlsMaterial } from './tls.ts';

/** A peer that answers. */
export interface Served {
  port: number;
  /** What `grpc.health.v1` says of the peer and of each service; at first not serving. */
  setServing(serving: boolean): void;
  isServing(): boolean;
  /** Takes no more calls, lets running ones finish for `grace` ms, then aborts their signals and cuts them off. */
  stop(grace?: number): Promise<void>;
}

const services: Record<
  keyof Handlers,
  { roles: readonly Role[]; methods: typeof clusterMethods | typeof peerMethods }
> = {
  Cluster: { roles: ['operator', 'peer'], methods: clusterMethods },
  Peer: { roles: ['peer'], methods: peerMethods },
};

const defaultGrace = 10_000;
// What a handler that has been aborted may take to undo and to say why.
const lastWords = 2_000;

/**
 * Serves covey's services, `grpc.health.v1` and reflection on one port.
 * Without `tls` it is plaintext and on loopback only, unless `insecure` says so.
 * @throws CoveyError `failed` when the port can't be had.
 */
export async function serve(options: {
  config: { listen: { host?: string | undefined; port: number }; insecure: boolean };
  tls: TlsMaterial | undefined;
  handlers: Handlers;
  logger: Logger;
  protocols?: Record<string, RawProtocol>;
  watchCall?: WatchCall;
}): Promise<Served> {
  const { config, tls, handlers, logger, protocols = {}, watchCall = () => () => undefined } = options;
  const stopping = new AbortController();
  const server = new Server({
    // A caller that is gone without a word is noticed within 30 s, and its calls end.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const failed: Surroundings['failed'] = (path, caller, error) => {
    const level = error.code === 'internal' ? 'error' : 'info';
    logger[level]({ err: error, code: error.code, call: path, caller: caller?.name }, 'A call failed');
  };
  for (const name of ['Cluster', 'Peer'] as const) {
    const { roles, methods } = services[name];
    const plaintext = tls === undefined;
    const surroundings = { roles, stopping: stopping.signal, plaintext, failed, watchCall };
    server.addService(methods, adaptAll(handlers[name], methods, surroundings));
  }
  const healthNames = ['', 'covey.v1.Cluster', 'covey.v1.Peer'];
  const health = new HealthImplementation();
  let isServing = false;
  const setServing = (serving: boolean) => {
    isServing = serving;
    for (const name of healthNames) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
  setServing(false);
  health.addToServer(server);
  new ReflectionService(packageDefinition).addToServer(server);

  const host = tls === undefined && !config.insecure ? '127.0.0.1' : config.listen.host;
  if (tls === undefined && config.insecure) {
    logger.warn(
      'INSECURE: gRPC is plaintext on every address. Whoever reaches the port controls the cluster.',
    );
  } else if (tls === undefined) {
    logger.warn('gRPC is plaintext, on loopback only: this node can have no peers');
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { port } = config.listen;
  const sockets = new Set<Socket>();
  const emptied = new EventEmitter();
  const onGrpc = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) emptied.emit('empty');
    });
    injector.injectConnection(socket);
  };
  const listener = await listen({ host, port, tls, logger, onGrpc, protocols });

  /** True once every connection is closed; false when that takes longer. */
  async function emptyWithin(milliseconds: number): Promise<boolean> {
    if (sockets.size === 0) return true;
    const limit = AbortSignal.timeout(milliseconds);
    return await once(emptied, 'empty', { signal: limit }).then(
      () => true,
      () => false,
    );
  }

  async function stop(grace = defaultGrace): Promise<void> {
    setServing(false);
    listener.close();
    // Its own callback comes too early: Node's http2 server closes its sessions by itself, and grpc-js takes
    // those for finished. A connection closes once its last call has ended and all is sent.
    server.tryShutdown(() => undefined);
    if (await emptyWithin(grace)) return;
    stopping.abort(new CoveyError('unavailable', 'The peer is stopping', { hint: 'Ask another peer.' }));
    if (await emptyWithin(lastWords)) return;
    logger.warn('Some calls did not end in time and were cut off');
    server.forceShutdown();
    for (const socket of sockets) socket.destroy();
  }

  return { port: listener.port, setServing, isServing: () => isServing, stop };
}

type AnyHandler = Handler<unknown, unknown> &
  StreamHandler<unknown, unknown> &
  DuplexHandler<unknown, unknown>;
type AnyCall =
  | handleUnaryCall<unknown, unknown>
  | handleServerStreamingCall<unknown, unknown>
  | handleBidiStreamingCall<unknown, unknown>;

/** Every handler of a service as grpc-js wants it; the proto says which ones stream. */
function adaptAll(
  handlers: Handlers[keyof Handlers],
  methods: typeof clusterMethods | typeof peerMethods,
  surroundings: Surroundings,
): Record<string, AnyCall> {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => {
      const handler = (handlers as unknown as Record<string, AnyHandler>)[name];
      if (handler === undefined) throw new CoveyError('internal', `No handler for ${method.path}`);
      return [name, adapt(handler, method, surroundings)];
    }),
  );
}

function adapt(
  handler: AnyHandler,
  { requestStream, responseStream }: { requestStream: boolean; responseStream: boolean },
  surroundings: Surroundings,
): AnyCall {
  if (requestStream) return adaptDuplex<unknown, unknown>(handler, surroundings);
  if (responseStream) return adaptStream<unknown, unknown>(handler, surroundings);
  return adaptUnary<unknown, unknown>(handler, surroundings);
}
