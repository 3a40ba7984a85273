// How soon one change is on all nodes, and how many bytes it takes, in simulations of src/gossip:
// `npm run bench:gossip -- [--nodes 3,50,1000] [--seeds 20]`. Prints three tables; docs/gossip.md says what stands in them.
import { parseArgs } from 'node:util';
import { costs, join, type Spread, spread } from './gossip/runs.ts';
import { costsTable, joinTable, spreadTable } from './gossip/table.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '3,10,50,200,1000' },
    seeds: { type: 'string', default: '20' },
  },
});
const sizes = values.nodes.split(',').map(Number);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);

const spreads: Spread[] = [];
for (const nodes of sizes)
  for (const loss of [0, 0.2])
    for (const news of [true, false]) spreads.push(await spread({ nodes, loss, news }, seeds));
say(`One change, ${seeds.length} seeds each:\n\n${spreadTable(spreads)}`);

const found = [];
for (const nodes of sizes) found.push(await costs(nodes));
say(`Bytes that a node sends in a round, ten entries a node:\n\n${costsTable(found)}`);

const joins = [];
for (const nodes of sizes) joins.push(await join(nodes, seeds.slice(0, 3)));
say(`A node that starts and knows nobody's entries, and a cluster of such nodes:\n\n${joinTable(joins)}`);

function say(text: string): void {
  process.stdout.write(`${text}\n\n`);
}
