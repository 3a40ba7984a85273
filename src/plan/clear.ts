import { furtherNodes } from '../app/balanced.ts';
import type { AppRecord } from '../app/record.ts';
import type { DeployInput } from './deploy-input.ts';
import type { Steps } from './step-list.ts';

/** After the commit each node that had a role keeps what its role now needs. */
export function addClear(
  steps: Steps,
  input: Pick<DeployInput, 'identity' | 'folder' | 'record' | 'live'>,
  old: AppRecord,
): void {
  const { identity, folder, record, live } = input;
  const { name, project } = identity;
  const had = [...new Set([record.master, old.master, ...(old.slave ? [old.slave] : [])])];
  for (const node of had.filter((each) => live.includes(each))) {
    const stays = [record.master, record.slave, ...furtherNodes(record)].includes(node);
    const wasMaster = node === old.master && node !== record.master;
    // What a node has live, and may no longer have: a slave has snapshots only.
    const everything = wasMaster || !stays;
    steps.add(node, stays ? 'remove what the old release left' : 'remove what is left of the app', {
      kind: 'clear',
      folder: stays ? folder : '',
      project,
      name,
      everything,
      volumes: everything ? old.volumes : goneVolumes(record, old),
      leftTo: '',
    });
  }
}

/** Those that the new record no longer names. */
export function goneVolumes(record: AppRecord, old: AppRecord): string[] {
  return old.volumes.filter((volume) => !record.volumes.includes(volume));
}
