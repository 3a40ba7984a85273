import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { createDomainMap, mapCommands, parseMap } from '../../../src/proxy/haproxy/domain-map.ts';

const map = (entries: Record<string, string>) => new Map(Object.entries(entries));

it('changes only what differs', () => {
  const live = map({
    'a.example.com': 'node-node1',
    'b.example.com': 'node-node1',
    'c.example.com': 'node-node2',
  });
  const wanted = map({
    'a.example.com': 'node-node1',
    'b.example.com': 'node-node2',
    'd.example.com': 'node-node1',
  });
  expect(mapCommands('/m', live, wanted)).toEqual([
    'set map /m b.example.com node-node2',
    'add map /m d.example.com node-node1',
    'del map /m c.example.com',
  ]);
});

it('reads what show map prints', () => {
  expect(parseMap('0x5581 a.example.com node-node1\n0x5582 b.example.com node-node2\n')).toEqual(
    map({ 'a.example.com': 'node-node1', 'b.example.com': 'node-node2' }),
  );
  expect(parseMap('').size).toBe(0);
});

it('always ends at what is wanted', () => {
  const maps = fc.dictionary(fc.domain(), fc.constantFrom('n1', 'n2', 'n3')).map(map);
  fc.assert(
    fc.property(maps, maps, (live, wanted) => {
      const now = new Map(live);
      for (const command of mapCommands('/m', live, wanted)) {
        const [verb, , , key = '', value = ''] = command.split(' ');
        if (verb === 'del') now.delete(key);
        else now.set(key, value);
      }
      expect(now).toEqual(wanted);
    }),
  );
});

it('says what HAProxy says to a change that it refuses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'covey-map-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const runtime = async (line: string) => (line.startsWith('show') ? '' : 'Unknown map identifier.');
  const control = createDomainMap(join(folder, 'domains.map'), runtime);
  const put = control.put(map({ 'a.example.com': 'node-node1' }), new AbortController().signal);
  await expect(put).rejects.toMatchObject({
    code: 'failed',
    message: 'HAProxy refuses a change of its map: Unknown map identifier.',
  });
});
