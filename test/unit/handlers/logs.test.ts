import { expect, it } from 'vitest';
import type { LogsRequest } from '../../../src/generated/covey/v1/LogsRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { logs } from '../../../src/handlers/logs.ts';

const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' as const } };
const request = { app: 'shop', service: 'web', container: '', since: '1h', follow: true, node: '' };

const about = {
  ...{ repo_url: 'https://h/shop', branch: 'master' },
  balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: [] },
};

/** A cluster whose app is on each of these nodes in turn, and the log of each ends. */
function cluster(...masters: string[]) {
  const asked: [string, LogsRequest][] = [];
  const deps = {
    kv: {
      list: async () => {
        const record = { ...about, master: masters.shift() };
        return [{ key: 'app/shop', value: JSON.stringify(record), modifyIndex: 1, createIndex: 1 }];
      },
    },
    members: async () => ['n1', 'n2'].map((name) => ({ name, state: 'alive' })),
    nodes: {
      async *logs(node: string, given: LogsRequest) {
        asked.push([node, given]);
        yield { container: node };
      },
    },
  } as unknown as Deps;
  return { asked, read: logs(deps) };
}

it('an app that moves is followed with all that it writes there; a node that stops to tell is named', async () => {
  const { asked, read } = cluster('n1', 'n2', 'n2');
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const { container } of read(request, call)) seen.push(container);
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'unavailable',
    message: 'n2 does not follow the log of shop any more.',
  });
  expect(seen).toEqual(['n1', 'n2']);
  expect(asked).toEqual([
    ['n1', request],
    ['n2', { ...request, tail: 10_000, since: '' }],
  ]);
});

it('what is not followed ends', async () => {
  const { asked, read } = cluster('n1');
  await Array.fromAsync(read({ ...request, follow: false }, call));
  expect(asked).toHaveLength(1);
});

it('a node that is named is followed there, wherever the master is', async () => {
  const { asked, read } = cluster('n1', 'n3');
  const reading = Array.fromAsync(read({ ...request, node: 'n2' }, call));
  await expect(reading).rejects.toMatchObject({ message: 'n2 does not follow the log of shop any more.' });
  expect(asked).toEqual([['n2', { ...request, node: 'n2' }]]);
});
