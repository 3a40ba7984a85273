import type { AppRecord } from '../app/record.ts';
import { takeoverBounds } from '../app/takeover.ts';
import type { Member } from '../consul/members.ts';
import { hindrance, type Situation } from '../lease/decision.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Memory } from './memory.ts';

/** With fewer servers the loss of one leaves no majority, and without one nobody takes over. */
const ENOUGH_SERVERS = 3;

/** What is missing in the cluster for a slave to take over by itself. */
export function majorityCaveats(
  { takeover }: Pick<AppRecord, 'takeover'>,
  members: readonly Pick<Member, 'server' | 'state'>[],
): string[] {
  const servers = members.filter(({ server, state }) => server && state !== 'left').length;
  if (!takeover || servers >= ENOUGH_SERVERS) return [];
  return [
    `Automatic takeover cannot happen with ${servers} Consul ${servers === 1 ? 'server' : 'servers'}: when one is lost ` +
      'there is no majority. Add a witness: docs/operations.md, "Automatic takeover".',
  ];
}

/** Other nodes that are reached, and whose peers reach that of `node`. */
export function reachersOf(memory: Pick<Memory, 'nodes'>, node: string): string[] {
  return memory
    .nodes()
    .filter(({ name, reachable }) => reachable && name !== node)
    .filter(({ reach }) => reach?.some((it) => it.node === node && it.reached))
    .map(({ name = '' }) => name);
}

/**
 * What an app's slave goes by when its master may be lost, as this node knows it; undefined where nobody takes over by himself.
 * @param now unix ms
 */
export function situationOf(
  memory: Memory,
  { name, record }: Pick<Existing, 'name' | 'record'>,
  now: number,
): Situation | undefined {
  const { master, slave } = record;
  const bounds = takeoverBounds(record);
  if (bounds === undefined || slave === null) return undefined;
  const lease = memory.lease(master);
  return {
    master,
    ...bounds,
    consulAnswers: memory.consulAnswers(),
    state: memory.members().find((member) => member.name === master)?.state,
    reachedBy: reachersOf(memory, master),
    lease: lease && {
      covers: lease.lease.apps.includes(name),
      guarded: lease.lease.guarded,
      silentFor: lease.silentFor,
      hasChanged: lease.hasChanged,
      seenAfter: lease.seenAfter,
    },
    unfinishedOn: undefined,
    volumes: record.volumes.map((volume) => ({
      volume,
      age: ageOf(memory, { ...record, slave }, volume, now),
    })),
  };
}

/**
 * How old what the slave has of a volume is. Where nothing was written since a replication the master sends no more, but says
 * that they are equal: that it was so then holds whatever became of it.
 */
function ageOf(
  memory: Pick<Memory, 'nodes'>,
  { master, slave }: { master: string; slave: string },
  volume: string,
  now: number,
): number | null {
  const on = (node: string) =>
    memory
      .nodes()
      .find(({ name }) => name === node)
      ?.volumes?.find((each) => each.volume === volume);
  const replica = on(slave);
  if (!replica?.newest) return null;
  const sent = on(master);
  const equalAt = sent?.replicatedTo === slave ? Number(sent.replicatedAt ?? 0) : 0;
  return Math.max(0, now - Math.max(Number(replica.newestAt ?? 0), equalAt));
}

/** Apps that nobody takes over by himself though that was asked for, and why: one line each. `now`: unix ms. */
export function takeoverNotices(memory: Memory, records: readonly Existing[], now: number): string[] {
  const asked = records.filter(({ record }) => record.takeover);
  const majority = asked[0] ? majorityCaveats(asked[0].record, memory.members()) : [];
  const each = asked.flatMap(({ name, record }) => {
    const { master, slave } = record;
    if (slave === null)
      return [`${name} has automatic takeover, but no slave that could take over: deploy it with --slave`];
    const situation = situationOf(memory, { name, record }, now);
    const why = situation && hindrance(situation);
    if (situation === undefined || why === undefined) return [];
    const when = situation.state === 'alive' ? 'would not take over' : 'does not take over';
    return [`${slave} ${when} ${name} from ${master} by itself: ${why}`];
  });
  return [...majority, ...each];
}
