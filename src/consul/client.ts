import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import Consul from 'consul';
import { CoveyError } from '../errors.ts';

/** Where the local agent's HTTP API is. `token` is an ACL token; it is sent as a header and never put in a message. */
export interface ConsulOptions {
  host: string;
  port: number;
  token?: string | undefined;
}

/** What `run` must spread into the options of the library's call, so that it can be aborted and has a deadline. */
export interface CallOptions {
  ctx: EventEmitter;
  timeout: number;
}

/** An answer with its headers; `body` is undefined where Consul answered 404 to a read. */
interface Answer {
  body: unknown;
  headers: IncomingHttpHeaders;
}

/** The library's client with deadlines, aborts and our errors around it. */
export interface ConsulClient {
  readonly raw: Consul;
  /** `host:port`, for messages. */
  readonly address: string;
  /**
   * One call. Errors: `unavailable` (agent not reachable, no leader, no answer in `timeoutMs`), `denied`, `cancelled`,
   * `invalid` (Consul rejects the request), `not-found`. After an `unavailable` of a write its outcome is unknown: read again.
   */
  call(
    run: (options: CallOptions) => Promise<unknown>,
    options?: { signal?: AbortSignal | undefined; timeoutMs?: number },
  ): Promise<Answer>;
  /** A PUT with a JSON body as it is, for what the library would trim to the fields that it knows. */
  putJson(
    path: string,
    body: unknown,
    options?: { query?: Record<string, string>; signal?: AbortSignal | undefined; timeoutMs?: number },
  ): Promise<Answer>;
  /** Closes the idle connections. */
  close(): void;
}

// A server holds a request for up to 7 s while there is no leader: the deadline lies beyond, so that we hear the reason.
const DEADLINE_MS = 10_000;

interface Papi {
  _put(
    request: Record<string, unknown>,
    done: (request: PapiRequest, next: PapiNext) => void,
  ): Promise<unknown>;
}
type PapiNext = (error: unknown, value?: unknown, fallback?: unknown) => void;
interface PapiRequest {
  err?: unknown;
  res?: unknown;
}

/** A client of the local Consul agent; opens no connection by itself. */
export function createConsulClient(options: ConsulOptions): ConsulClient {
  const { host, port, token } = options;
  const raw = new Consul({ host, port, ...(token ? { defaults: { token } } : {}) });
  const address = `${host}:${port}`;

  const call: ConsulClient['call'] = async (run, { signal, timeoutMs = DEADLINE_MS } = {}) => {
    if (signal?.aborted) throw aborted(address, signal);
    const ctx = Object.assign(new EventEmitter(), { includeResponse: true, canceled: false });
    const cancel = () => {
      ctx.canceled = true;
      ctx.emit('cancel');
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const [response, body] = (await run({ ctx, timeout: timeoutMs })) as [Answer, unknown];
      return { headers: response.headers, body };
    } catch (error) {
      if (signal?.aborted) throw aborted(address, signal);
      throw translate(error, address, timeoutMs);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };

  const putJson: ConsulClient['putJson'] = (path, body, { query = {}, ...limits } = {}) =>
    call(
      (callOptions) =>
        (raw as unknown as Papi)._put(
          {
            path,
            type: 'json',
            body,
            query,
            headers: token ? { 'x-consul-token': token } : {},
            ...callOptions,
          },
          (request, next) =>
            request.err
              ? next(request.err)
              : next(false, undefined, [request.res, (request.res as { body?: unknown } | undefined)?.body]),
        ),
      limits,
    );

  return { raw, address, call, putJson, close: () => raw.destroy() };
}

function aborted(address: string, signal: AbortSignal): CoveyError {
  if (signal.reason instanceof CoveyError) return signal.reason;
  return new CoveyError('cancelled', `the request to Consul at ${address} was cancelled`, {
    cause: signal.reason,
  });
}

/** What is kept of an error of the library: that itself holds the request, and so the token. */
export interface ConsulFault extends Error {
  code?: string | undefined;
  status?: number | undefined;
  body?: unknown;
}

/** The library's errors as ours, with a ConsulFault as the cause. Exported for its test. */
export function translate(thrown: unknown, address: string, timeoutMs: number): CoveyError {
  if (thrown instanceof CoveyError) return thrown;
  const error = thrown as Error & {
    code?: string;
    isTimeout?: boolean;
    isResponse?: boolean;
    response?: { statusCode?: number; body?: unknown };
  };
  const status = error.response?.statusCode ?? 0;
  const body = error.response?.body;
  const cause: ConsulFault = Object.assign(new Error(error.message), { code: error.code, status, body });
  const where = `Consul at ${address}`;

  if (error.isTimeout) {
    const message = `${where} did not answer in ${timeoutMs / 1000} s`;
    return new CoveyError('unavailable', message, {
      cause,
      hint: 'see `consul info` and the load of this machine',
    });
  }
  if (!error.isResponse) {
    if (!error.code) return new CoveyError('internal', `${where}: ${error.message}`, { cause });
    const message = `${where} is not reachable (${error.code})`;
    return new CoveyError('unavailable', message, { cause, hint: 'is the agent running on this node?' });
  }
  const said = String(body ?? error.message).trim();
  if (status === 403 || /permission denied|acl not found/i.test(said)) {
    const hint = 'check the ACL token in the configuration';
    return new CoveyError('denied', `${where} denies it: ${said}`, { cause, hint });
  }
  if (/no cluster leader|no known consul servers|not the leader|leadership lost/i.test(said)) {
    const hint = 'changes wait until a majority of the servers is back; see `consul members`';
    return new CoveyError('unavailable', `${where} has no leader (no quorum): ${said}`, { cause, hint });
  }
  if (status === 404) return new CoveyError('not-found', `${where}: ${said}`, { cause });
  if (status >= 400 && status < 500 && status !== 429) {
    return new CoveyError('invalid', `${where} rejects the request: ${said}`, { cause });
  }
  return new CoveyError('unavailable', `${where} failed with status ${status}: ${said}`, {
    cause,
    hint: 'see the log of the agent on this node',
  });
}
