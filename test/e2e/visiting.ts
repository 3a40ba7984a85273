import { setTimeout as pause } from 'node:timers/promises';
import { address } from '../../lab/lab.ts';
import { visit } from '../../lab/visitor.ts';
import { NODES } from './support.ts';

/** From one visit by a node to the next, in milliseconds. */
const PACE = 200;

/** Longer than a request may be held, in milliseconds. */
const PATIENCE = 40_000;

/** Visitors who come to a page by every node, one after the other, until `end`. */
export function visiting(host: string, path: string) {
  const going = new AbortController();
  const failed: string[] = [];
  const served: Record<string, number> = {};
  const visitor = async (node: string): Promise<void> => {
    const via = await address(node);
    while (!going.signal.aborted) {
      const said = await visit({ via, host, path, within: PATIENCE }).then(
        ({ status }) => String(status),
        (error: unknown) => String(error),
      );
      if (said === '200') served[node] = (served[node] ?? 0) + 1;
      else failed.push(`${node}: ${said}`);
      await pause(PACE, undefined, { signal: going.signal }).catch(() => undefined); // an abort ends the loop
    }
  };
  const all = Promise.all(NODES.map(visitor));
  return {
    end: async () => {
      going.abort();
      await all;
      return { failed, served };
    },
  };
}
