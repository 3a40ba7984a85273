/** One thing that has to be well, and in words how it is. */
interface Check {
  ok: boolean;
  says: string;
}

/** What a peer has to do to be ready, and Consul, without which it goes on with what it knows. */
export type Checks = Record<'grpc' | 'records' | 'proxies' | 'consul', Check>;

/** What is looked at. Times are unix milliseconds. */
export interface Condition {
  now: number;
  isServing: boolean;
  hasRecords: boolean;
  /** Whether the proxies have served any records since the start of the peer. */
  hasApplied: boolean;
  /** Since when the newest records wait for the proxies; undefined: they do not. */
  behindSince: number | undefined;
  consulAnswers: boolean;
}

/** Changes that come one after the other are served within seconds; what takes longer is a proxy that does not answer. */
const BEHIND = 30_000;

export function checksOf(condition: Condition): Checks {
  const { now, isServing, hasRecords, hasApplied, behindSince, consulAnswers } = condition;
  const behind = behindSince === undefined ? 0 : now - behindSince;
  const check = (ok: boolean, yes: string, no: string): Check => ({ ok, says: ok ? yes : no });
  return {
    grpc: check(isServing, 'takes calls', 'takes no calls: the peer starts or stops'),
    records: check(hasRecords, 'are read', 'were not read yet: see `consul members`'),
    proxies: check(
      hasApplied && behind < BEHIND,
      'serve the records',
      hasApplied
        ? `have not served the newest records for ${Math.round(behind / 1_000)} s: see \`covey doctor\``
        : 'have not served the records yet: see `covey doctor`',
    ),
    consul: check(consulAnswers, 'answers', 'does not answer; it does not count for readiness'),
  };
}

export const isReady = ({ grpc, records, proxies }: Checks): boolean => grpc.ok && records.ok && proxies.ok;
