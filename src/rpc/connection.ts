import {
  type Client,
  type ClientUnaryCall,
  connectivityState,
  Metadata,
  type requestCallback,
} from '@grpc/grpc-js';
import { asCoveyError, CoveyError } from '../errors.ts';
import { isLost, settled } from './connecting.ts';
import { type DialTimes, defaultTimes, dial, formatTarget, type Target } from './dial.ts';
import { sendAll } from './drained.ts';
import { createHeldChannels, type Held } from './held.ts';
import type { Method } from './proto.ts';
import { fromServiceError, isNeverStarted } from './status.ts';
import type { TlsMaterial } from './tls.ts';

/** Limits of one call. An aborted signal cancels it on the server too. */
interface CallOptions {
  signal?: AbortSignal;
  /** Unary calls: the whole call, in milliseconds. Default 10 s. */
  deadline?: number;
  /**
   * Streams: the longest silence, in milliseconds, or `never` where silence is no fault. Default 15 min; a dead connection
   * is noticed by pings long before.
   */
  idle?: number | 'never';
}

/** One peer. The channel below is made when needed, and replaced when it does not answer. */
export interface Connection {
  /** @throws CoveyError, the peer's own or `unavailable`, `timeout`, `cancelled`. */
  call<Req, Res>(method: Method<Req, Res>, request: Req, options?: CallOptions): Promise<Res>;
  /** Messages as they come; leaving the loop cancels the call. Errors as in `call`. */
  stream<Req, Res>(
    method: Method<Req, Res>,
    request: Req,
    options?: CallOptions,
  ): AsyncGenerator<Res, void, undefined>;
  /**
   * Sends what `requests` gives, and ends its stream after it; the answers as in `stream`, without a limit to silence. The
   * signal that `requests` gets aborts once the answers have ended, or are read no more.
   */
  exchange<Req, Res>(
    method: Method<Req, Res>,
    requests: (ended: AbortSignal) => AsyncIterable<Req>,
    options?: Pick<CallOptions, 'signal'>,
  ): AsyncGenerator<Res, void, undefined>;
  /** Running calls may finish; new ones fail. */
  close(): void;
}

const defaultDeadline = 10_000;
const defaultIdle = 15 * 60_000;

/** A connection to a peer; nothing is sent before the first call. Without `tls` it is plaintext. */
export function connect(
  target: Target,
  options: { tls: TlsMaterial | undefined; times?: Partial<DialTimes> },
): Connection {
  const times = { ...defaultTimes, ...options.times };
  const where = target.name === undefined ? formatTarget(target) : `${target.name} (${formatTarget(target)})`;
  const channels = createHeldChannels();
  let current: Client | undefined;
  let closed = false;

  /** The channel takes no more calls; what runs on it may finish, the next call opens another. */
  function retire(client: Client): void {
    if (current === client) current = undefined;
    channels.close(client);
  }

  /** A new channel. Where it can't connect for too long, what waits on it ends: grpc-js would wait for the kernel. */
  function open(): Client {
    const client = dial(target, options.tls, times);
    void isLost(client, times.connect).then((lost) => {
      if (!lost) return;
      if (current === client) current = undefined;
      channels.cut(client);
    });
    return client;
  }

  const unanswered = (cause?: unknown) =>
    new CoveyError('unavailable', `${where} does not answer (waited ${times.connect / 1000} s)`, {
      cause,
      hint: 'Is the node up and its peer running? Is the address right?',
    });

  /** A channel that is connected, or has just failed to: a call on it then says why. It is held from here on. */
  async function ready(signal: AbortSignal | undefined): Promise<Held> {
    if (closed) throw new CoveyError('unavailable', `The connection to ${where} is closed`);
    if (signal?.aborted) throw asCoveyError(signal.reason);
    // It failed before: a new channel tries at once, where the old one would wait out its back-off.
    if (current?.getChannel().getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE)
      retire(current);
    current ??= open();
    const held = channels.hold(current);
    // Held while it connects, too: who waits beside us and gives up must not close it.
    using untilReady = new DisposableStack();
    untilReady.use(held);
    if (await orAborted(settled(held.client, times.connect), signal)) {
      untilReady.move();
      return held;
    }
    retire(held.client);
    throw unanswered();
  }

  /** What a call threw, for the caller. A deadline that passed casts doubt on the channel, so it goes. */
  function failure(thrown: unknown, client: Client, signal: AbortSignal | undefined): CoveyError {
    if (signal?.aborted) return asCoveyError(signal.reason);
    if (isNeverStarted(thrown)) return unanswered(thrown);
    const error = fromServiceError(thrown, where);
    if (error.code === 'timeout') retire(client);
    return error;
  }

  async function call<Req, Res>(
    method: Method<Req, Res>,
    request: Req,
    { signal, deadline = defaultDeadline }: CallOptions = {},
  ): Promise<Res> {
    const until = Date.now() + deadline;
    using held = await ready(signal);
    const { client } = held;
    let running: ClientUnaryCall | undefined;
    const cancel = () => running?.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Res>((resolve, reject) => {
        const done: requestCallback<Res> = (error, reply) =>
          error === null && reply !== undefined ? resolve(reply) : reject(error);
        const { path, requestSerialize, responseDeserialize } = method;
        running = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          new Metadata(),
          { deadline: until },
          done,
        );
      });
    } catch (thrown) {
      throw failure(thrown, client, signal);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async function* stream<Req, Res>(
    method: Method<Req, Res>,
    request: Req,
    { signal, idle = defaultIdle }: CallOptions = {},
  ): AsyncGenerator<Res, void, undefined> {
    using held = await ready(signal);
    const { client } = held;
    const { path, requestSerialize, responseDeserialize } = method;
    const running = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    // After the loop is left, the cancelled call still reports its status; nobody needs it then.
    running.on('error', () => undefined);
    const cancel = () => running.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    let silent = false;
    const onIdle = () => {
      silent = true;
      running.cancel();
    };
    const silenceBegins = () => (idle === 'never' ? undefined : setTimeout(onIdle, idle));
    let timer = silenceBegins();
    try {
      for await (const message of running) {
        // While our caller is busy with a message, the silence is his.
        clearTimeout(timer);
        yield message as Res;
        timer = silenceBegins();
      }
    } catch (thrown) {
      if (!silent || signal?.aborted) throw failure(thrown, client, signal);
      retire(client);
      throw new CoveyError('timeout', `${where} said nothing for ${Number(idle) / 1000} s`, {
        cause: thrown,
        hint: 'See whether it is up and the nodes reach each other, then try again.',
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      running.cancel();
    }
  }

  async function* exchange<Req, Res>(
    method: Method<Req, Res>,
    requests: (ended: AbortSignal) => AsyncIterable<Req>,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<Res, void, undefined> {
    using held = await ready(signal);
    const { client } = held;
    const { path, requestSerialize, responseDeserialize } = method;
    const running = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    // As above.
    running.on('error', () => undefined);
    const cancel = () => running.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const ended = new AbortController();
    let unsent: { reason: unknown } | undefined;
    sendAll(running, requests(ended.signal), ended.signal).catch((reason: unknown) => {
      unsent = { reason };
      running.cancel();
    });
    try {
      for await (const message of running) yield message as Res;
    } catch (thrown) {
      // What could not be sent is why it was cancelled, unless it is the other way round.
      throw unsent && !signal?.aborted ? asCoveyError(unsent.reason) : failure(thrown, client, signal);
    } finally {
      ended.abort();
      signal?.removeEventListener('abort', cancel);
      running.cancel();
    }
  }

  function close(): void {
    closed = true;
    if (current !== undefined) retire(current);
  }

  return { call, stream, exchange, close };
}

/** The result, or the reason of the signal if that comes first. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(asCoveyError(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
