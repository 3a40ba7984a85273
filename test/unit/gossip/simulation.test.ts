import { describe, expect, it } from 'vitest';
import { MESSAGE_LIMIT } from '../../../src/gossip/gossip.ts';
import { type Simulation, type SimulationOptions, simulate } from '../../support/gossip-simulation.ts';

const NODES = 1_000;
/** In how many rounds one change has to be on all live nodes: log2(n) + 4, and twice that where a fifth is lost. */
const BOUND = Math.log2(NODES) + 4;

const container = (health: string, restarts = 0) => JSON.stringify({ health, restarts });

/** A cluster in peace, each node with a few entries, which all others know. */
function cluster(options: SimulationOptions): Simulation {
  const simulation = simulate(options);
  for (const replica of simulation.live())
    for (let app = 0; app < 5; app++) replica.write(`container/app${app}`, container('healthy'));
  simulation.acquaint();
  return simulation;
}

/** Changes one entry of a node, and gives the rounds until all that run know. */
async function spread(simulation: Simulation, name: string, most: number): Promise<number> {
  const replica = simulation.replica(name);
  replica.write('container/app2', container('dead', 1));
  const version = replica.states().get(name)?.stamp.version;
  const known = () => simulation.live().every(({ states }) => states().get(name)?.stamp.version === version);
  return simulation.until(known, most);
}

describe('a change in a cluster of 1,000 nodes', () => {
  it.each([
    { loss: 0, news: true, bound: BOUND },
    { loss: 0, news: false, bound: BOUND },
    { loss: 0.2, news: true, bound: 2 * BOUND },
    { loss: 0.2, news: false, bound: 2 * BOUND },
  ])('is on all within its rounds: %o', async ({ loss, news, bound }) => {
    const simulation = cluster({ nodes: NODES, seed: 1, loss, news });
    expect(await spread(simulation, 'node17', Math.floor(bound))).toBeGreaterThan(1);
    expect(simulation.agree()).toBe(true);
    const { perNodeAndRound, longest } = simulation.traffic();
    // What it begins itself: a digest, the rest of an exchange, and the news; and what it answers.
    expect(Math.max(...perNodeAndRound)).toBeLessThan(MESSAGE_LIMIT);
    expect(longest).toBeLessThan(MESSAGE_LIMIT);
  });

  it('is on all also where messages take up to two rounds, and a fifth of them is lost', async () => {
    const simulation = cluster({ nodes: NODES, seed: 2, loss: 0.2, delay: 2 });
    expect(await spread(simulation, 'node500', Math.floor(2 * BOUND))).toBeGreaterThan(1);
  });
});

describe('a cluster of 1,000 nodes that falls apart', () => {
  it('agrees when it is whole again, and nothing dead is back', async () => {
    const simulation = cluster({ nodes: NODES, seed: 3, loss: 0.05, keepTombstones: 4_000 });
    const side = (name: string) => Number(name.slice(4)) % 2;
    simulation.cut(side);
    const odd = simulation.names.filter((name) => side(name) === 1);
    // Deleted keys, whose tombstones are collected while the other side still has the keys.
    const deleters = odd.slice(0, 20);
    for (const name of deleters) simulation.replica(name).write('container/app1', undefined);
    const [leaver = '', crashed = '', restarted = ''] = odd.slice(100);
    await simulation.leave(leaver);
    simulation.kill(crashed);
    simulation.kill(restarted);
    await simulation.round();
    simulation.start(restarted);
    simulation.replica(restarted).write('container/app9', container('healthy'));
    for (let round = 0; round < 6; round++) await simulation.round();
    expect(simulation.agree()).toBe(false);
    expect(
      simulation
        .replica(deleters[0] as string)
        .states()
        .get(deleters[0] as string)?.stamp.floor,
    ).toBe(6);

    simulation.cut(() => 0);
    const rounds = await simulation.until(simulation.agree, Math.floor(2 * BOUND));
    expect(rounds).toBeGreaterThan(1);
    for (const { states } of simulation.live()) {
      for (const name of deleters)
        expect(
          states()
            .get(name)
            ?.entries.some(({ key }) => key === 'container/app1'),
        ).toBe(false);
      expect(states().get(leaver)).toMatchObject({ entries: [] });
      expect(
        states()
          .get(restarted)
          ?.entries.map(({ key }) => key),
      ).toEqual(['container/app9']);
      // Nobody has said that it is gone: what it said last stands.
      expect(states().get(crashed)?.entries.length).toBe(5);
    }
    expect(Math.max(...simulation.traffic().perNodeAndRound.slice(0, 100_000))).toBeLessThan(
      8 * MESSAGE_LIMIT,
    );
  });
});

describe('a cluster that nobody knows yet', () => {
  it.each([1, 2, 3, 10, 100])('of %i nodes becomes one', async (nodes) => {
    const simulation = simulate({ nodes, seed: nodes });
    for (const replica of simulation.live()) replica.write('version', '"0.1.0"');
    await simulation.until(simulation.agree, Math.ceil(Math.log2(nodes)) + 8);
    expect(simulation.live().every(({ states }) => states().size === nodes)).toBe(true);
  });

  it('becomes one with messages too small for it, by and by', async () => {
    const simulation = simulate({ nodes: 60, seed: 5, limit: 500, loss: 0.1 });
    for (const replica of simulation.live())
      for (let app = 0; app < 8; app++) replica.write(`container/app${app}`, container('healthy'));
    await simulation.until(simulation.agree, 400);
    expect(simulation.traffic().longest).toBeLessThanOrEqual(1_000);
  });
});

it('the same seed gives the same run', async () => {
  const run = async (seed: number) => {
    const simulation = cluster({ nodes: 50, seed, loss: 0.2, delay: 1 });
    const rounds = await spread(simulation, 'node7', 40);
    return { rounds, traffic: simulation.traffic().perNodeAndRound };
  };
  expect(await run(8)).toEqual(await run(8));
  expect(await run(8)).not.toEqual(await run(9));
});
