import { type Simulation, type SimulationOptions, simulate } from '../../test/support/gossip-simulation.ts';

/** In how many rounds one change was on all live nodes, for each seed, and the aim: log2(n) + 4, twice that with loss. */
export interface Spread {
  nodes: number;
  loss: number;
  news: boolean;
  rounds: number[];
  aim: number;
}

/** More than any run takes. */
const MOST = 200;
const ENTRIES = 10;

/** As long as what a node says of a container. */
const value = (health: string) => JSON.stringify({ state: 'running', health, restarts: 0, image: 'web:1' });

function fill(simulation: Simulation): Simulation {
  for (const replica of simulation.live())
    for (let index = 0; index < ENTRIES; index++)
      replica.write(`container/shop_master.ddb14/web-${index}`, value('healthy'));
  return simulation;
}

function cluster(options: SimulationOptions): Simulation {
  const simulation = fill(simulate(options));
  simulation.acquaint();
  return simulation;
}

export async function spread(
  { nodes, loss, news }: { nodes: number; loss: number; news: boolean },
  seeds: readonly number[],
): Promise<Spread> {
  const rounds: number[] = [];
  for (const seed of seeds) rounds.push(await change(cluster({ nodes, seed, loss, news }), 'node1'));
  return { nodes, loss, news, rounds, aim: (Math.log2(nodes) + 4) * (loss > 0 ? 2 : 1) };
}

/** Changes one entry of a node, and gives the rounds until all know it. */
function change(simulation: Simulation, name: string): Promise<number> {
  const replica = simulation.replica(name);
  replica.write('container/shop_master.ddb14/web-0', value('unhealthy'));
  const { version } = stampOf(simulation, name);
  const known = () => simulation.live().every(({ states }) => states().get(name)?.stamp.version === version);
  return simulation.until(known, MOST);
}

function stampOf(simulation: Simulation, name: string) {
  const stamp = simulation.replica(name).states().get(name)?.stamp;
  if (!stamp) throw new Error(`${name} holds nothing of itself`);
  return stamp;
}

/** Bytes of each node in each round: at rest, with one change a round in the whole cluster, and with one on each node. */
export interface Costs {
  nodes: number;
  rest: number[];
  one: number[];
  each: number[];
}

const ROUNDS = 10;

export async function costs(nodes: number): Promise<Costs> {
  const run = async (changing: number) => {
    const simulation = cluster({ nodes, seed: 1 });
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of simulation.names.slice(0, changing))
        simulation.replica(name).write('load', String(round));
      await simulation.round();
    }
    return simulation.traffic().perNodeAndRound;
  };
  return { nodes, rest: await run(0), one: await run(1), each: await run(nodes) };
}

/** Rounds until one node that has just started holds all and is known to all, and until all that have do. */
export interface Join {
  nodes: number;
  one: number[];
  all: number[];
  /** Bytes of the longest message, and of each node in each round, of the latter. */
  longest: number;
  bytes: number[];
}

export async function join(nodes: number, seeds: readonly number[]): Promise<Join> {
  const found: Join = { nodes, one: [], all: [], longest: 0, bytes: [] };
  for (const seed of seeds) {
    const one = cluster({ nodes, seed });
    one.kill('node2');
    await one.round();
    one.start('node2');
    one.replica('node2').write('version', '"1"');
    found.one.push(await one.until(one.agree, MOST));
    const all = fill(simulate({ nodes, seed }));
    found.all.push(await all.until(all.agree, MOST));
    const { longest, perNodeAndRound } = all.traffic();
    found.longest = Math.max(found.longest, longest);
    found.bytes.push(...perNodeAndRound);
  }
  return found;
}
