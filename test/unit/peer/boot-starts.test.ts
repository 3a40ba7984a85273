import { describe, expect, it } from 'vitest';
import type { View } from '../../../src/proxy/view.ts';
import { app, container, did, type Node, view } from './boot-node.ts';

describe('converge', () => {
  it.each<[string, View, Node, string[]]>([
    ['starts what it is master of', view(app('foo', 'n1')), {}, ['up /deploy/foo-id foo']],
    [
      'starts an app of an old record in its folder by date',
      view(app('foo', 'n1', { deploy_id: undefined, deploy_date: '2018-01-02T030405.000006' })),
      {},
      ['up /deploy/foo@2018-01-02T030405.000006 foo'],
    ],
    [
      'starts containers of compose 1 under their names',
      view(app('foo', 'n1', { ct: { web: 'foo_web_1' } })),
      {},
      ['up /deploy/foo-id foo with underscores'],
    ],
    ['lets run what runs', view(app('foo', 'n1')), { containers: [container('web', 'foo')] }, []],
    [
      'starts what is down in part',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo'), container('db', 'foo', { state: 'exited', exitCode: 137 })] },
      ['up /deploy/foo-id foo'],
    ],
    [
      'takes a task that did its work for running',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo'), container('task', 'foo', { state: 'exited' })] },
      [],
    ],
    [
      'starts a service that was told to stop',
      view(app('foo', 'n1')),
      {
        containers: [container('web', 'foo'), container('db', 'foo', { state: 'exited', restartable: true })],
      },
      ['up /deploy/foo-id foo'],
    ],
    [
      'starts an app of which nothing runs',
      view(app('foo', 'n1')),
      { containers: [container('web', 'foo', { state: 'exited' })] },
      ['up /deploy/foo-id foo'],
    ],
    [
      'starts what ended well, but with the machine',
      view(app('foo', 'n1')),
      {
        containers: [
          container('web', 'foo'),
          container('db', 'foo', { state: 'exited', startedAt: new Date(0) }),
        ],
      },
      ['up /deploy/foo-id foo'],
    ],
    [
      'starts what has its volumes, or names one that no service uses',
      view(app('foo', 'n1', { volumes: ['foo_db', 'foo_unused'] })),
      { present: ['foo_db'], used: ['db'] },
      ['up /deploy/foo-id foo'],
    ],
  ])('%s', async (_, wanted, node, expected) => {
    const { done, errors } = await did(wanted, node);
    expect({ done, errors }).toEqual({ done: expected, errors: [] });
  });

  it('takes no provisional volume for the data of the app', async () => {
    const { done, waiting } = await did(view(app('foo', 'n1', { volumes: ['foo_db'] })), {
      present: ['foo_db'],
      provisional: ['foo_db'],
      used: ['db'],
    });
    expect({ done, waiting }).toEqual({ done: [], waiting: ['foo'] });
  });

  it('does not start an app on nothing where a volume is lost, and says what to do', async () => {
    const { done, errors, waiting } = await did(
      view(app('foo', 'n1', { volumes: ['foo_db', 'foo_files'], slave: 'n2' }), app('bar', 'n1')),
      { present: ['foo_files'], used: ['db', 'files'] },
    );
    expect({ done, waiting }).toEqual({ done: ['up /deploy/bar-id bar'], waiting: ['foo'] });
    expect(errors).toEqual([
      expect.objectContaining({
        app: 'foo',
        msg: expect.stringMatching(/n1 is the master and has lost foo_db\. .*--master n2 --from-replica/),
      }),
    ]);
  });
});
