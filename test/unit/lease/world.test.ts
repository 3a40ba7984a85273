import { describe, expect, it } from 'vitest';
import { seeded } from '../../support/gossip-simulation.ts';
import { type Mishap, simulateTakeover } from '../../support/takeover-world.ts';

const RUNS = Number(process.env.COVEY_TAKEOVER_RUNS ?? 500);

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** What may come one after the other, or at once. A peer that dies is started again within two seconds, as Docker does it. */
function mishapsOf(seed: number): Mishap[] {
  const random = seeded(seed * 7919);
  const between = (least: number, most: number) => least + random() * (most - least);
  const kinds: readonly Mishap['kind'][] = ['partition', 'machine', 'peer', 'consul', 'stop'];
  return Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'partition';
    const node = random() < 0.75 || kind === 'machine' ? 'node1' : 'node2';
    const lasts = kind === 'peer' || kind === 'stop' ? between(200, 2_000) : between(500, 40_000);
    return { kind, node, at: between(8_000, 60_000), for: lasts };
  });
}

const lost = (kind: Mishap['kind'], at: number, more: Partial<Mishap> = {}): Mishap => ({
  ...{ kind, node: 'node1', at, for: 600_000 },
  ...more,
});

describe('never', () => {
  it('do two nodes run the app at once, whatever happens', { timeout: 600_000 }, async () => {
    let takeovers = 0;
    for (const seed of seeds(RUNS)) {
      const mishaps = mishapsOf(seed);
      const { twoWritersAt, takenOverAt } = await simulateTakeover(seed, mishaps, 120_000);
      if (takenOverAt !== undefined) takeovers += 1;
      expect(twoWritersAt, `seed ${seed}: ${JSON.stringify(mishaps)}`).toBeUndefined();
    }
    // Else it would have shown nothing.
    expect(takeovers).toBeGreaterThan(RUNS / 10);
  });
});

describe('the slave', () => {
  it.each<[string, Mishap['kind']]>([
    ['whose machine is lost', 'machine'],
    ['which is cut off', 'partition'],
  ])('runs the app within 20 s of the loss of a master %s', async (_what, kind) => {
    for (const seed of seeds(40)) {
      const at = 20_000 + seed * 37;
      const quiet = { slow: 0, lossy: 0 };
      const { takenOverAt = 1e9, running } = await simulateTakeover(seed, [lost(kind, at)], 60_000, quiet);
      expect(takenOverAt - at, `seed ${seed}`).toBeGreaterThan(5_000);
      expect(takenOverAt - at, `seed ${seed}`).toBeLessThan(20_000);
      expect(running).toEqual(['node2']);
    }
  });

  it.each<[string, Mishap[]]>([
    ['whose peer alone dies', [lost('peer', 20_000)]],
    ['which is lost for Consul only', [lost('consul', 20_000)]],
    [
      'whose peer was stopped on purpose before',
      [lost('stop', 20_000, { for: 60_000 }), lost('partition', 24_000)],
    ],
    ['whose peer was gone for long before', [lost('peer', 20_000), lost('partition', 60_000)]],
    ['which is cut off for seconds', [lost('partition', 20_000, { for: 4_000 })]],
  ])('takes nothing over from a master %s', async (_what, mishaps) => {
    for (const seed of seeds(20))
      expect((await simulateTakeover(seed, mishaps, 100_000)).takenOverAt, `seed ${seed}`).toBeUndefined();
  });
});

describe('the master', () => {
  it('runs its app again after it was cut off for less than the lease lasts', async () => {
    for (const seed of seeds(20)) {
      const { running } = await simulateTakeover(seed, [lost('partition', 20_000, { for: 6_500 })], 60_000);
      expect(running, `seed ${seed}`).toEqual(['node1']);
    }
  });

  it('has its app go on while its peer is restarted', async () => {
    for (const seed of seeds(20)) {
      const { running } = await simulateTakeover(seed, [lost('stop', 20_000, { for: 20_000 })], 60_000);
      expect(running, `seed ${seed}`).toEqual(['node1']);
    }
  });
});
