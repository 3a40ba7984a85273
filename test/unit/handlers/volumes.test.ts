import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../src/handlers/deps.ts';
import { volumes } from '../../../src/handlers/volumes.ts';
import { memoryOf } from '../../support/memory.ts';
import { node, onMaster, record } from './volume-pictures.ts';

describe('the handler', () => {
  const memory = memoryOf({
    nodes: [node('node1', onMaster), { name: 'node2', reachable: false }],
    records: {
      shop: JSON.stringify(record()),
      wiki: JSON.stringify(record({ volumes: ['pages'] })),
      broken: '{',
    },
  });
  const deps = { memory } as unknown as Deps;
  const ask = async (name: string) => {
    const call = {
      signal: new AbortController().signal,
      caller: { name: 'alice', role: 'operator' as const },
    };
    return (await volumes(deps)({ app: name, retention: false }, call)).volumes?.map(
      ({ app: of, volume }) => [of, volume],
    );
  };

  it('answers for all apps that can be read, or for one', async () => {
    expect(await ask('')).toEqual([
      ['shop', 'db'],
      ['wiki', 'pages'],
    ]);
    expect(await ask('wiki')).toEqual([['wiki', 'pages']]);
  });

  it('refuses what is no app, or cannot be read', async () => {
    await expect(ask('nothing')).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask('broken')).rejects.toMatchObject({ code: 'invalid' });
  });
});
