import { furtherNodes } from '../app/balanced.ts';
import type { Member } from '../consul/members.ts';
import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { assertMasterAlive, liveNames } from './targets.ts';

/**
 * The node whose containers of an app are meant: the one that is named, or its master where none is (empty).
 * @throws CoveyError `refused` where it runs nothing of the app, or is not alive
 */
export function nodeMeant(existing: Existing, named: string, members: readonly Member[]): string {
  const { name, record } = existing;
  const live = liveNames(members);
  const node = named === '' ? record.master : named;
  const all = [record.master, ...furtherNodes(record)];
  if (node === record.master) assertMasterAlive(existing, live);
  else if (!all.includes(node)) {
    throw new CoveyError('refused', `${name} runs nothing on ${node}.`, {
      hint: `It runs on: ${all.join(', ')}.`,
    });
  } else if (!live.includes(node)) {
    throw new CoveyError('refused', `${node}, which runs services of ${name}, is dead or cut off.`, {
      hint: `It runs on: ${all.join(', ')}. See covey nodes for which of them are alive.`,
    });
  }
  return node;
}
