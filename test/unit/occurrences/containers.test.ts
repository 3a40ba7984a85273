import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../../../src/generated/covey/v1/ContainerStatus.ts';
import { diff } from '../../../src/occurrences/diff.ts';
import { carriedOver } from '../../../src/occurrences/seen.ts';
import { APP, container, node, picture } from './pictures.ts';

const on2 = (...containers: ContainerStatus[]) =>
  picture({ nodes: [node('node1'), node('node2', { containers })] });
const kinds = (before: ContainerStatus[], after: ContainerStatus[]) =>
  diff(on2(...before), on2(...after)).map(({ kind }) => kind);

describe('a container', () => {
  it.each<[string, ContainerStatus[], ContainerStatus[], string[]]>([
    ['that runs on', [container()], [container()], []],
    ['that is new', [], [container()], ['container.started']],
    ['that is only made', [], [container({ state: 'created' })], []],
    ['that starts', [container({ state: 'exited' })], [container()], ['container.started']],
    ['that ends', [container()], [container({ state: 'exited' })], ['container.died']],
    ['that is removed', [container()], [], ['container.died']],
    ['that is removed after it has ended', [container({ state: 'exited' })], [], []],
    ['that Docker starts again', [container()], [container({ restarts: 1 })], ['container.restarted']],
    [
      'that waits to be started again',
      [container()],
      [container({ state: 'restarting', restarts: 1 })],
      ['container.restarted'],
    ],
    [
      'that was started again',
      [container({ state: 'restarting', restarts: 1 })],
      [container({ restarts: 1 })],
      [],
    ],
    [
      'that takes the place of one of its name',
      [container({ restarts: 3 })],
      [container()],
      ['container.started'],
    ],
    [
      'that Docker gives up',
      [container({ state: 'restarting', restarts: 5 })],
      [container({ state: 'exited', restarts: 5 })],
      ['container.died'],
    ],
    [
      'that gets ill',
      [container({ health: 'healthy' })],
      [container({ health: 'unhealthy' })],
      ['container.unhealthy'],
    ],
    [
      'that recovers',
      [container({ health: 'unhealthy' })],
      [container({ health: 'healthy' })],
      ['container.healthy'],
    ],
    [
      'that has come up',
      [container({ health: 'starting' })],
      [container({ health: 'healthy' })],
      ['container.healthy'],
    ],
    [
      'that is found ill while it ends',
      [container({ health: 'healthy' })],
      [container({ state: 'exited', health: 'unhealthy' })],
      ['container.died'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected);
  });

  it('is told with its names', () => {
    expect(diff(on2(container()), on2(container({ state: 'exited' })))).toMatchObject([
      {
        ...{ kind: 'container.died', app: APP, node: 'node2' },
        text: `shop-web-1 of ${APP} does not run any more on node2: exited`,
        details: { container: 'shop-web-1', service: 'web', state: 'exited' },
      },
    ]);
  });
});

describe('a peer that starts anew', () => {
  const before = on2(container());
  const silent = picture({
    nodes: [node('node1'), node('node2', { generation: undefined, reachable: false, version: '' })],
  });

  it('has told nothing yet, and then tells what was so before', () => {
    const between = carriedOver(before, silent);
    expect(diff(before, between)).toEqual([]);
    expect(diff(between, before)).toEqual([]);
    expect(diff(between, on2()).map(({ kind }) => kind)).toEqual(['container.died']);
  });

  it('tells nothing that happened where it was not known before', () => {
    expect(diff(silent, before)).toEqual([]);
    expect(diff(picture({ nodes: [node('node1')] }), before)).toEqual([]);
  });
});
