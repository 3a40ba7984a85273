import { expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { CoveyError } from '../../../src/errors.ts';
import { lookAtFurther } from '../../../src/handlers/balancing.ts';

const record = (master: string, nodes: string[]) =>
  parseRecord(
    'shop',
    JSON.stringify({
      ...{ repo_url: 'u', branch: 'b', master },
      balanced: { nodes, services: ['web'], hosts: [] },
    }),
  );
const found = { volumes: [], images: {}, running: true, replicas: {}, holds: true };

/** The nodes that were looked at; these do not answer, or fail otherwise. */
async function look({ silent = [], failing = [] }: { silent?: string[]; failing?: string[] } = {}) {
  const looked = await lookAtFurther({
    operation: {
      signal: new AbortController().signal,
      prepare: async (node) => {
        if (silent.includes(node)) throw new CoveyError('unavailable', `${node} does not answer`);
        if (failing.includes(node)) throw new CoveyError('failed', `${node} fails`);
        return found;
      },
    },
    name: 'shop',
    old: record('n1', ['n1', 'n2', 'n5']),
    record: record('n2', ['n2', 'n1', 'n3', 'n4']),
    volumes: [],
    live: ['n1', 'n2', 'n3', 'n5'],
  });
  return Object.keys(looked).toSorted();
}

it('looks at all that have services of an app besides its master, or are to have them, and live', async () => {
  expect(await look()).toEqual(['n1', 'n2', 'n3', 'n5']);
});

it('passes over a node that does not answer, and no other failure', async () => {
  expect(await look({ silent: ['n3'] })).toEqual(['n1', 'n2', 'n5']);
  await expect(look({ failing: ['n3'] })).rejects.toThrow('n3 fails');
});
