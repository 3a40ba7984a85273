import { formatDuration } from '../durations.ts';
import { HEAD_START, SILENT_AFTER, UNGUARDED_AFTER } from './bounds.ts';

/** What a slave knows of an app's master when it asks itself whether to take over. Spans are in milliseconds. */
export interface Situation {
  master: string;
  /** The bounds of the app. */
  after: number;
  maxAge: number;
  /** Consul answers here, so what it says of the master is new. */
  consulAnswers: boolean;
  /** As Consul says; undefined: it knows no such node. */
  state: 'alive' | 'failed' | 'left' | undefined;
  /** Other live nodes whose peers reach the master's, and this one. */
  reachedBy: readonly string[];
  /** The master's lease; undefined: there is none, or it can't be read. */
  lease:
    | {
        /** It names the app. */
        covers: boolean;
        guarded: boolean;
        /** Since this node saw it change; since it saw it first, where it never changed. */
        silentFor: number;
        /** This node has seen it change. */
        hasChanged: boolean;
        /** From when this node saw the lease change last to the latest sign of life of the master. */
        seenAfter: number;
      }
    | undefined;
  /** A node on which an operation has begun something that is neither undone nor recorded, and that can't be asked. */
  unfinishedOn: string | undefined;
  /** Each replicated volume, with how old what this node has of it is; null: it has nothing. */
  volumes: readonly { volume: string; age: number | null }[];
}

/**
 * `wait`: the master is not lost, or not for long enough. `refuse`: it may be lost, but only people can decide; for status and
 * log. Both say why.
 */
export type Decision = { verdict: 'take over' } | { verdict: 'wait' | 'refuse'; why: string };

/**
 * Whether the slave begins to take over. It waits with the fence until the lease has been silent for the whole time, and that is
 * where Consul's leader says whether it has.
 */
export function decide(situation: Situation): Decision {
  const { master, after, state, lease, reachedBy, unfinishedOn } = situation;
  if (!situation.consulAnswers) return wait('Consul does not answer');
  if (state === undefined) return wait(`Consul does not know ${master}`);
  if (state === 'alive') return wait(`${master} is alive`);
  if (state === 'left') return refuse(`${master} has left the cluster, so somebody has seen to it`);
  if (reachedBy.length > 0)
    return wait(`${reachedBy.join(', ')} can reach ${master}, which is lost for Consul only`);
  if (lease === undefined)
    return refuse(`${master} has no lease: it is not known to stop the app when it is cut off`);
  if (!lease.covers) return refuse(`the lease of ${master} does not name the app`);
  if (!lease.guarded)
    return refuse(`the peer of ${master} was stopped on purpose, so the app may run on there without it`);
  if (!lease.hasChanged)
    return refuse(`this node has not seen ${master} renew its lease: it started after that was lost`);
  if (lease.seenAfter > UNGUARDED_AFTER)
    return refuse(
      `${master} was there ${formatDuration(lease.seenAfter)} after it renewed its lease last: its peer was gone before it, so the app may run on there`,
    );
  if (unfinishedOn !== undefined)
    return refuse(`an operation that has not ended was at work on ${unfinishedOn}, which does not answer`);
  const old = tooOld(situation);
  if (old.length > 0) return refuse(old.join('; '));
  if (lease.silentFor < after - HEAD_START)
    return wait(`${master} has been gone for ${formatDuration(lease.silentFor)} of ${formatDuration(after)}`);
  return { verdict: 'take over' };
}

/**
 * Why the slave would not take over if the master were lost now, or does not now that it is; undefined: it would. What time alone
 * changes is no reason.
 */
export function hindrance(situation: Situation): string | undefined {
  const { state, after, lease } = situation;
  if (state !== 'alive') return reasonOf(decide(situation));
  if (lease?.covers && lease.guarded && isAbandoned(lease))
    return `${situation.master} is alive, but does not renew its lease`;
  const ready = lease && { ...lease, hasChanged: true, seenAfter: 0, silentFor: after };
  return reasonOf(
    decide({ ...situation, consulAnswers: true, state: 'failed', reachedBy: [], lease: ready }),
  );
}

const reasonOf = (decision: Decision) => (decision.verdict === 'refuse' ? decision.why : undefined);

/** Silent for so long that its holder, if it is there, has lost its peer. */
const isAbandoned = ({ silentFor }: { silentFor: number }) => silentFor > SILENT_AFTER + UNGUARDED_AFTER;

/** The replicas that are missing or too old, one line each. */
function tooOld({ volumes, maxAge }: Pick<Situation, 'volumes' | 'maxAge'>): string[] {
  return volumes.flatMap(({ volume, age }) => {
    if (age === null) return [`there is no replica of ${volume}`];
    if (age <= maxAge) return [];
    return [`the replica of ${volume} is ${formatDuration(age)} old, older than ${formatDuration(maxAge)}`];
  });
}

const wait = (why: string): Decision => ({ verdict: 'wait', why });
const refuse = (why: string): Decision => ({ verdict: 'refuse', why });
