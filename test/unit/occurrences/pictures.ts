import type { Member } from '../../../src/consul/members.ts';
import type { ContainerStatus } from '../../../src/generated/covey/v1/ContainerStatus.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import { diff } from '../../../src/occurrences/diff.ts';
import type { Seen } from '../../../src/occurrences/seen.ts';
import { readApp } from '../../../src/proxy/view.ts';

export const NOW = Date.UTC(2026, 2, 1, 10);
export const APP = 'shop_master.ddb14';

export const member = (name: string, state: Member['state'] = 'alive'): Member => ({
  ...{ name, state, server: true },
  address: `10.0.0.${name.at(-1)}`,
});

/** A node that reaches all others of the picture, with what else it tells. */
export const node = (name: string, more: NodeStatus = {}): NodeStatus => ({
  ...{ name, reachable: true, version: '1.0.0', generation: 7 },
  reach: ['node1', 'node2', 'node3']
    .filter((other) => other !== name)
    .map((other) => ({ node: other, reached: true, since: NOW - 3_600_000 })),
  ...more,
});

/** What a node says of the others: which of them it has not reached, for how long. */
export const reachOf = (unreached: Record<string, number>, all = ['node1', 'node2', 'node3']) =>
  all.map((other) => {
    const span = unreached[other];
    return { node: other, reached: span === undefined, since: NOW - (span ?? 3_600_000) };
  });

export const container = (more: ContainerStatus = {}): ContainerStatus => ({
  ...{ app: APP, service: 'web', name: 'shop-web-1', state: 'running', health: '', restarts: 0 },
  ...more,
});

export const record = (more: object = {}): string =>
  JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2', deploy_id: 'd1', ...more });

/** Records by name, each with its index. */
export const viewOf = (
  records: Record<string, [value: string, index: number]>,
  maintenance: string[] = [],
) => ({
  apps: Object.entries(records).map(([name, [value, index]]) => readApp(name, value, index)),
  maintenance: new Set(maintenance),
});

/** Three nodes, as node1 sees them, of which all is well. */
export const picture = (more: Partial<Seen> = {}): Seen => ({
  ...{ at: NOW, self: 'node1', consulAnswers: true, replicas: [], view: viewOf({}) },
  members: [member('node1'), member('node2'), member('node3')],
  nodes: [node('node1'), node('node2'), node('node3')],
  ...more,
});

/** Kind, app and node of what happens from one picture to the other. */
export const happens = (before: Partial<Seen>, after: Partial<Seen>): string[] =>
  diff(picture(before), picture(after)).map(({ kind, app, node: where }) =>
    [kind, app, where].filter((each) => each !== undefined).join(' '),
  );
