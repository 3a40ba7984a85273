import { afterEach, expect, it } from 'vitest';
import { visitAt } from './direct-visitor.ts';
import { HOST, type HoldNodes, holdNodes, names } from './hold-nodes.ts';

let held: HoldNodes;
afterEach(() => held.dispose());

/** Far longer than the app is down: who is found down by one check would be so for visitors until the next. */
const PROXIED = 'health_uri /\nhealth_interval 1s\nhealth_passes 60';

it.each([
  ['where it stays', 'n1'],
  ['where it moves', 'n2'],
] as const)(
  'an app whose site looks by itself whether it is up is answered at once when it is back, %s',
  async (_, node) => {
    held = await holdNodes({ proxied: PROXIED });
    await held.serving();
    const where = { node, from: 'n1' } as const;
    await held.apps[node === 'n1' ? 'n3' : node].stop();
    for (const state of node === 'n1' ? (['held'] as const) : (['preparing', 'held'] as const))
      await held.hold(where, state);
    await held.apps.n1.stop();
    const waiting = names.map((name) => visitAt(held.nodes[name].address, 'http', HOST));
    // Time itself is meant: several checks.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await held.apps[node].start('second');
    await held.hold(where, 'open', names, node);
    for (const answer of waiting) expect(JSON.parse((await answer).body)).toMatchObject({ by: 'second' });
    for (const name of names)
      expect(await visitAt(held.nodes[name].address, 'http', HOST)).toMatchObject({ status: 200 });
  },
  120_000,
);
