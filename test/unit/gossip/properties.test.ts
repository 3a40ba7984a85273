import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareStamps, type Stamp } from '../../../src/gossip/stamp.ts';
import { createWorld, type Deed } from './world.ts';

const node = fc.nat(3);
const legs = fc.constantFrom(0, 1, 2, 3, 3, 3);
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const value = fc.oneof(
  { arbitrary: fc.nat(9).map((digit) => `"${String(digit).repeat(20)}"`), weight: 2 },
  { arbitrary: fc.constant(undefined), weight: 1 },
);

const weighted = (weight: number, arbitrary: fc.Arbitrary<Deed>) => ({ weight, arbitrary });
const kind = <T extends Deed['do']>(name: T) => fc.constant(name);

const deed = fc.oneof(
  weighted(24, fc.record({ do: kind('write'), node: fc.nat(1), key, value })),
  weighted(24, fc.record({ do: kind('exchange'), node, with: node, legs })),
  weighted(12, fc.record({ do: kind('news'), node, to: node, legs })),
  weighted(9, fc.record({ do: kind('replay'), request: fc.nat(200), to: node })),
  weighted(6, fc.record({ do: kind('wait'), ms: fc.nat(40) })),
  weighted(3, fc.record({ do: kind('restart'), node, clock: fc.integer({ min: -100, max: 100 }) })),
  weighted(1, fc.record({ do: kind('leave'), node })),
  weighted(1, fc.record({ do: kind('remove'), node, by: node })),
);

const story = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 120, size: 'max' }),
  // So little that most of what is sent is cut, up to more than there is.
  limit: fc.constantFrom(120, 160, 250, 100_000),
});

test('nothing dead comes back and nothing is left out, whatever is lost, late or sent twice', () => {
  fc.assert(
    fc.property(story, ({ deeds, limit }) => {
      const world = createWorld({ nodes: 4, limit });
      for (const each of deeds) {
        const before = world.nodes.map(({ replica }) => new Map(replica.states()));
        const held = world.nodes.map(({ replica }) => replica);
        world.perform(each);
        expect(world.faults()).toEqual([]);
        for (const [index, { replica }] of world.nodes.entries()) {
          // Whoever runs on never goes back.
          if (replica !== held[index]) continue;
          for (const [name, { stamp }] of before[index] ?? [])
            expect(compareStamps(replica.states().get(name)?.stamp as Stamp, stamp)).toBeGreaterThanOrEqual(
              0,
            );
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('all end with the same, that of each node itself, once messages arrive', () => {
  fc.assert(
    fc.property(story, ({ deeds, limit }) => {
      const world = createWorld({ nodes: 4, limit });
      for (const each of deeds) world.perform(each);
      for (let round = 0; round < 100 && !world.agree(); round++)
        for (const from of world.nodes.keys())
          for (const to of world.nodes.keys())
            world.perform({ do: 'exchange', node: from, with: to, legs: 3 });
      expect(world.agree()).toBe(true);
      expect(world.faults()).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
