import { expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { nodeMeant } from '../../../src/handlers/app-node.ts';

const existing = {
  ...{ name: 'shop', index: 1 },
  record: parseRecord(
    'shop',
    JSON.stringify({
      ...{ repo_url: 'u', branch: 'b', master: 'n1', slave: 'n4' },
      balanced: { nodes: ['n1', 'n2', 'n3'], services: ['web'], hosts: [] },
    }),
  ),
};
const members = (...failed: string[]) =>
  ['n1', 'n2', 'n3', 'n4'].map((name) => ({
    ...{ name, address: '10.0.0.1', server: true },
    state: failed.includes(name) ? ('failed' as const) : ('alive' as const),
  }));

it.each([
  ['no node', '', 'n1'],
  ['its master', 'n1', 'n1'],
  ['a node that runs services of it', 'n3', 'n3'],
])('who names %s means one that runs the app', (_, named, node) => {
  expect(nodeMeant(existing, named, members())).toBe(node);
});

it('whose master is away can still be reached on another node', () => {
  expect(nodeMeant(existing, 'n2', members('n1'))).toBe('n2');
});

it.each([
  ['its slave, which runs nothing', 'n4', 'shop runs nothing on n4.', 'It runs on: n1, n2, n3.'],
  ['what is no node', 'x', 'shop runs nothing on x.', 'It runs on: n1, n2, n3.'],
  [
    'a node that is away',
    'n2',
    'n2, which runs services of shop, is dead or cut off.',
    'It runs on: n1, n2, n3. See covey nodes for which of them are alive.',
  ],
])('refused is %s', (_, named, message, hint) => {
  const refused = expect.objectContaining({ code: 'refused', message, hint });
  expect(() => nodeMeant(existing, named, members('n2'))).toThrow(refused);
});

it('refused is a master that is away, named or not', () => {
  for (const named of ['', 'n1'])
    expect(() => nodeMeant(existing, named, members('n1'))).toThrow(
      'n1, the master of shop, is dead or cut off.',
    );
});
