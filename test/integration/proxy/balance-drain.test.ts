import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { apply, ask, askH2, both, keeping, slowness, useBalance } from './balance-nodes.ts';
import { answered, asking, everyone, only, untilAll } from './balance-visits.ts';

useBalance();

/** Longer than it takes to notice a loss. */
const LONG = '/after/6000';

/** Requests that take long, of which each node answers some; of kept connections and new ones, HTTP/1.1 and HTTP/2. */
async function longRequests() {
  const kept = Array.from({ length: 4 }, () => keeping('n1'));
  for (const { ask: first } of kept) await first();
  const begun: Record<string, Promise<string>[]> = {
    http: kept.map(() => ask('n1', 'http', LONG)),
    https: kept.map(() => ask('n1', 'https', LONG)),
    h2: kept.map(() => askH2('n1', LONG)),
    kept: kept.map((visitor) => visitor.ask(LONG)),
  };
  return async () => {
    const said: Record<string, string[]> = {};
    for (const [how, asked] of Object.entries(begun))
      said[how] = [...new Set(await Promise.all(asked))].toSorted();
    for (const { end } of kept) end();
    return said;
  };
}
const fromBoth = { http: [...both], https: [...both], h2: [...both], kept: [...both] };

afterEach(async () => {
  for (const name of both) slowness[name] = 0;
  await apply();
});

describe('what is under way', () => {
  it('comes to its end on a node that is taken out, while what is new goes to the other', async () => {
    await untilAll();
    const ended = await longRequests();
    await apply({ n2: { out: 'leaving' } });
    await pause(2_000); // time itself is meant: by then all have asked (plan/actions/balance.ts)
    await apply({ n2: { out: 'gone' } });
    expect(await answered(4)).toEqual(only('n1'));
    expect(await ended()).toEqual(fromBoth);
    expect(await answered(4)).toEqual(only('n1'));
  });

  it('goes on where both are slow, and both get what is new', async () => {
    await untilAll();
    for (const name of both) slowness[name] = 1_500;
    const ended = await longRequests();
    const visitors = asking();
    await pause(4_000); // time itself is meant: longer than it takes to notice a loss
    const { failures } = await visitors.stop();
    expect(failures.map(({ what }) => what)).toEqual([]);
    // In turn: with other visitors between them all of these might come to the same one.
    expect(await answered(6)).toEqual(everyone);
    expect(await ended()).toEqual(fromBoth);
  });
});
