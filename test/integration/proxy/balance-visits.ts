import { expect } from 'vitest';
import { ask, both, keeping } from './balance-nodes.ts';

export const schemes = ['http', 'https'] as const;
const ways = both.flatMap((node) => schemes.map((scheme) => [node, scheme] as const));

/** All that answered `count` requests, by each way. */
export async function answered(count: number): Promise<string[]> {
  const found = new Set<string>();
  for (let index = 0; index < count; index += 1)
    for (const [node, scheme] of ways) found.add(`${node} ${scheme} ${await ask(node, scheme)}`);
  return [...found].toSorted();
}

export const everyone = ways
  .flatMap(([node, scheme]) => both.map((by) => `${node} ${scheme} ${by}`))
  .toSorted();
export const only = (by: string) => ways.map(([node, scheme]) => `${node} ${scheme} ${by}`).toSorted();
export const untilAll = async () =>
  expect.poll(() => answered(6), { timeout: 20_000, interval: 100 }).toEqual(everyone);

/** Asks by each way, again and again, until it is told to stop: what was no answer, with when. */
export function asking() {
  let goesOn = true;
  let count = 0;
  const failures: { at: number; what: string; took: number }[] = [];
  const kept = both.map((node) => ({ node, ...keeping(node) }));
  const visitors = [
    ...ways.map(([node, scheme]) => ({ who: `${node} ${scheme}`, visit: () => ask(node, scheme) })),
    ...kept.map(({ node, ask: visit }) => ({ who: `${node} kept https`, visit })),
  ];
  const done = Promise.all(
    visitors.map(async ({ who, visit }) => {
      while (goesOn) {
        const at = performance.now();
        const what = await visit();
        count += 1;
        if (what !== 'n1' && what !== 'n2')
          failures.push({ at, what: `${who} ${what}`, took: performance.now() - at });
      }
    }),
  );
  return {
    stop: async () => {
      goesOn = false;
      await done;
      for (const { end } of kept) end();
      return { count, failures };
    },
  };
}
