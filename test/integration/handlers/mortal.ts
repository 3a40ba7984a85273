import type { Kv } from '../../../src/consul/kv.ts';
import { CoveyError } from '../../../src/errors.ts';

/** What a coordinator lives with that dies, once, at the point `dies`: from then on it commits nothing and undoes nothing. */
export function mortal(kv: Kv, dies = '') {
  const life = { dies, dead: false };
  const assertAlive = () => {
    if (life.dead) throw new CoveyError('unavailable', 'the coordinator is dead');
  };
  return {
    /** `dead` is false again where another one comes in its place. */
    life,
    assertAlive,
    kv: {
      ...kv,
      transaction: async (ops, signal) => {
        assertAlive();
        return kv.transaction(ops, signal);
      },
    } satisfies Kv,
    reach: async (point: string) => {
      if (point !== life.dies) return;
      life.dies = '';
      life.dead = true;
      throw new CoveyError('failed', 'the coordinator has died');
    },
  };
}
