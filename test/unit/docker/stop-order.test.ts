import { expect, it } from 'vitest';
import { type Stoppable, stopOrder } from '../../../src/docker/stop-order.ts';

/** `web-1 > db cache`: container `web-1` of the service `web`, which needs these services; `run:web-9` is a one-off run. */
function containers(...lines: string[]): Stoppable[] {
  return lines.map((line) => {
    const [id = '', needs = ''] = line.split(' > ');
    const service = id.replace('run:', '').replace(/-\d+$/, '');
    return {
      id,
      service,
      dependsOn: needs.split(' ').filter((each) => each !== ''),
      oneOff: id.startsWith('run:'),
    };
  });
}

it.each<[string, string[], Record<string, string[]>]>([
  ['nothing', [], {}],
  ['what has nothing to do with each other', ['a-1', 'b-1'], { 'a-1': [], 'b-1': [] }],
  ['what needs a service', ['db-1', 'web-1 > db'], { 'db-1': ['web-1'], 'web-1': [] }],
  [
    'a chain, and one beside it',
    ['app-1 > db', 'db-1', 'mail-1', 'web-1 > app'],
    { 'app-1': ['web-1'], 'db-1': ['app-1'], 'mail-1': [], 'web-1': [] },
  ],
  [
    'several containers of both services',
    ['db-1', 'db-2', 'web-1 > db', 'web-2 > db'],
    { 'db-1': ['web-1', 'web-2'], 'db-2': ['web-1', 'web-2'], 'web-1': [], 'web-2': [] },
  ],
  ['a service that is gone', ['db-1', 'web-1 > cache db'], { 'db-1': ['web-1'], 'web-1': [] }],
  ['one that needs itself', ['web-1 > web'], { 'web-1': [] }],
  [
    'a circle, with one before it and one behind',
    ['a-1 > b', 'b-1 > c', 'c-1 > a db', 'db-1', 'web-1 > a'],
    { 'a-1': ['web-1'], 'b-1': [], 'c-1': [], 'db-1': ['c-1'], 'web-1': [] },
  ],
  [
    'a one-off run, which nobody needs and which may use its own service',
    ['db-1', 'run:web-9 > db', 'web-1 > db', 'other-1 > web'],
    { 'db-1': ['run:web-9', 'web-1'], 'run:web-9': [], 'web-1': ['run:web-9', 'other-1'], 'other-1': [] },
  ],
])('%s', (_, lines, expected) => {
  expect(Object.fromEntries(stopOrder(containers(...lines)))).toEqual(expected);
});
