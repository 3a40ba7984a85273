import { expect, it } from 'vitest';
import { firstName, settleNames } from '../../../src/plan/actions/names.ts';

it.each([
  ['foo-web-1', 1, 'foo-web-1'],
  ['foo-web-12', 12, 'foo-web-1'],
  ['foo_web_3', 3, 'foo_web_1'],
  // It has been given its name before.
  ['foo-web-1', 3, 'foo-web-1'],
  ['my-web', 1, 'my-web'],
  ['foo-web-run-0c1f2e', 1, 'foo-web-run-0c1f2e'],
])('%s, the %ith, is %s where it is alone', (name, number, first) => {
  expect(firstName({ name, number })).toBe(first);
});

it.each<[string, [string, string, number][], string[]]>([
  ['one that is alone', [['foo-web-3', 'web', 3]], ['foo-web-3 is foo-web-1']],
  [
    'one beside a task of its service',
    [
      ['foo-web-3', 'web', 3],
      ['foo-web-run-0c', 'web', 1],
    ],
    ['foo-web-3 is foo-web-1'],
  ],
  [
    'none of several',
    [
      ['foo-web-2', 'web', 2],
      ['foo-web-3', 'web', 3],
    ],
    [],
  ],
  [
    'none whose name another one has',
    [
      ['foo-web-1', 'web', 2],
      ['foo-web-3', 'web', 3],
    ],
    [],
  ],
  [
    'each of its own service',
    [
      ['foo-web-1', 'web', 1],
      ['foo-api-2', 'api', 2],
    ],
    ['foo-api-2 is foo-api-1'],
  ],
])('the first name gets %s', async (_, found, renamed) => {
  const did: string[] = [];
  const containers = found.map(([name, service, number]) => ({ id: name, name, service, number }));
  const engine = {
    containers: async () => containers,
    renameContainer: async (id: string, name: string) => void did.push(`${id} is ${name}`),
  };
  await settleNames(
    engine as unknown as Parameters<typeof settleNames>[0],
    'foo',
    new AbortController().signal,
  );
  expect(did).toEqual(renamed);
});
