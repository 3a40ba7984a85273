import { JOURNAL_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { Member } from '../consul/members.ts';
import { CoveyError } from '../errors.ts';
import { readJournal, unfinished } from '../plan/journal.ts';
import { loadRecords } from './records.ts';
import { liveNames } from './targets.ts';

/** Who belongs to the cluster, changed for good. */
export interface Membership {
  /** This node leaves: its Consul does, and stays stopped; then the others are told. Once it has begun nothing cancels it. */
  leave(signal: AbortSignal): Promise<void>;
  /** A node that is not alive is taken out: of the majority at once; `forget`: of the list too. */
  remove(node: string, options: { forget: boolean; signal: AbortSignal }): Promise<void>;
}

/** @throws CoveyError `not-found` */
function memberNamed(node: string, members: readonly Member[]): Member {
  const member = members.find(({ name }) => name === node);
  if (member) return member;
  throw noNode(node);
}

export const noNode = (node: string): CoveyError =>
  new CoveyError('not-found', `There is no node ${node}.`, { hint: 'covey nodes lists them.' });

/** @throws CoveyError `not-found` or `refused` where the node is not alive, or the others could not go on without it */
export function assertMayLeave(node: string, members: readonly Member[]): void {
  const { state, server } = memberNamed(node, members);
  if (state !== 'alive') {
    throw new CoveyError('refused', `${node} is not alive: Consul says "${state}".`, {
      hint: 'A node that is lost for good is taken out by covey remove, on another one.',
    });
  }
  const others = members.filter(({ name, state: of }) => name !== node && of !== 'left');
  const alive = liveNames(others);
  if (alive.length === 0) {
    throw new CoveyError('refused', `${node} is the only node that is alive.`, {
      hint: 'There is nothing that it could leave: docker compose down stops it.',
    });
  }
  const servers = others.filter((other) => other.server);
  const living = liveNames(servers);
  if (!server || living.length > servers.length / 2) return;
  const lacking = servers.filter(({ state: of }) => of !== 'alive').map(({ name }) => name);
  throw new CoveyError(
    'refused',
    `Without ${node} Consul would have no majority: ${lacking.join(', ')} failed.`,
    {
      hint: 'Bring these nodes back first, or take them out by covey remove.',
    },
  );
}

/** @throws CoveyError `refused` where a record names the node, or might */
export async function assertWithoutApps(
  node: string,
  { kv, hint, signal }: { kv: Kv; hint: string; signal: AbortSignal },
): Promise<void> {
  const { readable, unreadable } = await loadRecords(kv, signal);
  const inRole = (role: 'master' | 'slave') => {
    const apps = readable.filter(({ record }) => record[role] === node).map(({ name }) => name);
    return apps.length === 0 ? [] : [`${role} of ${apps.join(', ')}`];
  };
  const parts = [...inRole('master'), ...inRole('slave')];
  if (parts.length > 0) throw new CoveyError('refused', `${node} is ${parts.join(', and ')}.`, { hint });
  if (unreadable.length === 0) return;
  const names = unreadable.map(({ name }) => name).join(', ');
  throw new CoveyError('refused', `It is not known whether ${node} has a part in ${names}.`, {
    hint: 'The record cannot be read: correct its key app/… in Consul, see covey status.',
  });
}

/** @throws CoveyError `refused` while an operation that has not ended has something to do on the node */
export async function assertIdle(node: string, kv: Kv, signal: AbortSignal): Promise<void> {
  for (const { key } of await kv.list(JOURNAL_PREFIX, { signal, consistent: true })) {
    const app = key.slice(JOURNAL_PREFIX.length);
    const entry = (await readJournal(kv, app, signal))?.entry;
    if (!entry) continue;
    const steps = entry.committed ? unfinished(entry) : entry.steps;
    if (!steps.some((step) => step.node === node)) continue;
    throw new CoveyError('refused', `A ${entry.operation} of ${app} that has not ended needs ${node}.`, {
      hint: 'Wait until it has ended: covey history tells. What a dead peer has left is ended within a minute.',
    });
  }
}
