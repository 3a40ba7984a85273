import { describe, expect, it } from 'vitest';
import type { View } from '../../../src/proxy/view.ts';
import { app, broken, container, did, journal, type Node, view } from './boot-node.ts';

describe('converge', () => {
  it.each<[string, View, Node, string[]]>([
    ['leaves alone what is another’s and not here', view(app('foo', 'n2')), {}, []],
    [
      'stops what is another node’s',
      view(app('foo', 'n2')),
      { containers: [container('web', 'foo'), container('db', 'foo', { state: 'restarting' })] },
      ['stop web', 'stop db'],
    ],
    [
      'stops what it is only the slave of',
      view(app('foo', 'n2', { slave: 'n1' })),
      { containers: [container('web', 'foo')] },
      ['stop web'],
    ],
    [
      'stops what was destroyed while it was away',
      view(app('bar', 'n2')),
      { containers: [container('web', 'foo')], remembered: view(app('foo', 'n1'), app('bar', 'n2')) },
      ['stop web'],
    ],
    [
      'leaves alone what it has never known: it may be just being deployed',
      view(app('bar', 'n2')),
      { containers: [container('web', 'foo')], remembered: view(app('bar', 'n2')) },
      [],
    ],
    [
      'stops nothing where there are no records at all: those are lost, not the apps',
      view(),
      { containers: [container('web', 'foo')], remembered: view(app('foo', 'n1')) },
      [],
    ],
    [
      'does not stop what is stopped already',
      view(app('foo', 'n2')),
      {
        containers: [
          container('web', 'foo', { state: 'exited' }),
          container('db', 'foo', { state: 'created' }),
        ],
      },
      [],
    ],
    [
      'leaves what it has as one of several nodes, but of an older release, and stops the rest',
      view(app('foo', 'n2', { balanced: { nodes: ['n2', 'n1'], services: ['web'], hosts: [] } })),
      {
        containers: [
          container('web', 'foo'),
          container('web-2', 'foo', { workingDir: '/deploy/foo-old' }),
          container('db', 'foo', { service: 'db' }),
        ],
      },
      ['stop web-2', 'stop db'],
    ],
    [
      'touches no container that is not from the deploy folder',
      view(),
      {
        containers: [
          container('web', 'foo', { workingDir: '/home/ann/foo' }),
          container('db', 'foo', { workingDir: '/deployed/foo' }),
          container('plain', '', { workingDir: '' }),
        ],
      },
      [],
    ],
    [
      'neither starts nor stops an app whose record cannot be read',
      view(broken('foo')),
      { containers: [container('web', 'foo')] },
      [],
    ],
    [
      'leaves alone what an operation works on',
      view(app('foo', 'n1'), app('bar', 'n2')),
      { containers: [container('web', 'bar')], locked: ['lock/app/foo', 'lock/app/bar'] },
      [],
    ],
    [
      'leaves alone what is to be undone here, and only that: the undo starts it by itself',
      view(...['a', 'b', 'c', 'd'].map((name) => app(name, 'n1'))),
      {
        journals: {
          'covey/journal/a': journal('n1', false),
          'covey/journal/b': journal('n2', false),
          'covey/journal/c': journal('n1', true),
          'covey/journal/d': '{',
        },
      },
      ['up /deploy/b-id b', 'up /deploy/c-id c', 'up /deploy/d-id d'],
    ],
    [
      'works without Consul too: no operation runs then',
      view(app('foo', 'n1'), app('bar', 'n2')),
      { containers: [container('web', 'bar')], consulIsAway: true },
      ['stop web', 'up /deploy/foo-id foo'],
    ],
    [
      'stops all that is not its own before it starts anything',
      view(app('a', 'n1'), app('z_m.1', 'n2')),
      { containers: [container('z-web', 'zm1')] },
      ['stop z-web', 'up /deploy/a-id a'],
    ],
  ])('%s', async (_, wanted, node, expected) => {
    const { done, errors } = await did(wanted, node);
    expect({ done, errors }).toEqual({ done: expected, errors: [] });
  });

  it('gives for another try what is its own and locked, or did not start', async () => {
    const { waiting } = await did(view(app('a', 'n1'), app('b', 'n1'), app('c', 'n1'), app('d', 'n2')), {
      locked: ['lock/app/a', 'lock/app/d'],
      failing: ['up /deploy/b-id b'],
    });
    expect(waiting).toEqual(['a', 'b']);
  });

  it('lets no app that fails hinder the others, and names it', async () => {
    const { done, errors } = await did(view(app('a', 'n1'), app('b', 'n1'), app('c', 'n2')), {
      containers: [container('c-web', 'c')],
      failing: ['stop c-web', 'up /deploy/a-id a'],
    });
    expect(done).toEqual(['up /deploy/b-id b']);
    expect(errors).toEqual([
      expect.objectContaining({ app: 'c', msg: expect.stringContaining('stop c-web does not work') }),
      expect.objectContaining({ app: 'a', msg: expect.stringContaining('up /deploy/a-id a does not work') }),
    ]);
  });
});
