import type { Stamp } from './stamp.ts';

/** One fact that a node tells of itself. */
export interface Entry {
  readonly key: string;
  /** Of the change that wrote it, counted by the node from 1 in each of its runs. */
  readonly version: number;
  /** JSON; undefined is a tombstone: the key is deleted. */
  readonly value: string | undefined;
}

/** What somebody holds of one node. It never changes: each change makes a new one, so that it may be handed on as it is. */
export interface NodeState {
  readonly stamp: Stamp;
  /** In the order of their versions, one for each key. */
  readonly entries: readonly Entry[];
}

/** Changes one key; the same state where it has that value already. */
export function written(state: NodeState, key: string, value: string | undefined): NodeState {
  if (state.entries.find((entry) => entry.key === key)?.value === value) return state;
  const version = state.stamp.version + 1;
  return {
    stamp: { ...state.stamp, version },
    entries: replaced(state.entries, [{ key, version, value }]),
  };
}

/** Without the tombstones up to `floor`. */
export function collected(state: NodeState, floor: number): NodeState {
  return { stamp: { ...state.stamp, floor }, entries: withoutTombstones(state.entries, floor) };
}

/** The same live entries as another run of the node, counted anew. */
export function reborn({ stamp, entries }: NodeState, incarnation: number): NodeState {
  const live = entries.filter(({ value }) => value !== undefined);
  return {
    stamp: { node: stamp.node, incarnation, version: live.length, floor: 0, goneAt: 0 },
    entries: live.map((entry, index) => ({ ...entry, version: index + 1 })),
  };
}

/** The run is over: nothing of it is held but that. */
export function departed({ stamp: { node, incarnation } }: NodeState, goneAt: number): NodeState {
  return { stamp: { node, incarnation, version: 0, floor: 0, goneAt }, entries: [] };
}

/** Each of `later` is of a higher version than all that was there. */
export function replaced(entries: readonly Entry[], later: readonly Entry[]): readonly Entry[] {
  if (entries.length === 0) return later;
  const keys = new Set(later.map(({ key }) => key));
  return [...entries.filter(({ key }) => !keys.has(key)), ...later];
}

export function withoutTombstones(entries: readonly Entry[], floor: number): readonly Entry[] {
  const stays = ({ version, value }: Entry) => value !== undefined || version > floor;
  return entries.every(stays) ? entries : entries.filter(stays);
}
