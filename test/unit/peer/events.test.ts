import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { deploy, event, setUp } from './bridge.ts';

describe('a valid event', () => {
  it.each([
    [
      event(
        'deploy',
        { repo: ' https://h/foo ', branch: ' m ', master: 'n1', slave: 'n2', update: true },
        'e-1',
      ),
      'Deploy',
      { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: 'n2', update: true },
    ],
    [
      event('deploy', { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: null, future: 1 }, 'e-2'),
      'Deploy',
      { repo: 'https://h/foo', branch: 'm', master: 'n1', slave: '', update: false },
    ],
    [
      event('destroy', { repo: 'https://h/foo', branch: 'm' }, 'e-3'),
      'Destroy',
      { repo: 'https://h/foo', branch: 'm' },
    ],
    [
      event('migrate', { repo: 'https://h/foo', branch: 'm', target: { branch: ' q ' } }, 'e-4'),
      'Migrate',
      {
        source: { name: '', repo: 'https://h/foo', branch: 'm' },
        target: { name: '', repo: '', branch: 'q' },
        noUpdate: false,
      },
    ],
    [
      event(
        'migrate',
        {
          repo: 'https://h/foo',
          branch: 'm',
          target: { repo: 'https://h/bar', branch: null },
          update: false,
        },
        'e-5',
      ),
      'Migrate',
      { target: { name: '', repo: 'https://h/bar', branch: '' }, noUpdate: true },
    ],
  ])('becomes an operation under its own ID, in the queue (%#)', async (fired, method, request) => {
    const { fire, began, calls, end, settled, log } = setUp();
    fire(fired);
    await began(1);
    expect(calls[0]).toMatchObject({
      method,
      request: { ...request, wait: true, planOnly: false, requestId: fired.id },
      call: { caller: { name: `event ${fired.id}`, role: 'operator' } },
    });
    end(fired.id);
    await settled(fired.id, 'done');
    expect(log.map(({ level, msg }) => [level, msg])).toEqual([['warn', 'mind']]);
  });

  it('whose operation fails is settled, and said so', async () => {
    const { fire, began, end, settled, log } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    end(fired.id, new CoveyError('refused', 'n1 is dead'));
    await settled(fired.id, 'failed');
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: fired.id,
        msg: expect.stringContaining('n1 is dead'),
      }),
    );
  });

  it('that another peer has taken is left to it', async () => {
    const { set, quiet, calls } = setUp();
    const fired = deploy('https://h/foo');
    set({ id: fired.id, state: 'running', node: 'n2', since: '', event: fired });
    await quiet();
    expect(calls).toEqual([]);
  });

  it('from before the first start is history', async () => {
    const remembered = [deploy('https://h/foo')];
    const { history, quiet, calls } = setUp(remembered);
    await quiet();
    expect(history).toEqual(remembered);
    expect(calls).toEqual([]);
  });
});

describe('an event that is not valid', () => {
  it('of an unknown name is named in the log, and changes nothing', async () => {
    const { fire, quiet, log, records, calls } = setUp();
    fire(event('explode', { repo: 'https://h/foo', branch: 'm' }));
    await quiet();
    expect(log).toMatchObject([{ level: 'error', msg: 'Unknown event name: explode' }]);
    expect(records.size).toBe(0);
    expect(calls).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['no JSON', 'deploy', 'repo=foo'],
    ['nothing', 'deploy', ''],
    ['a list', 'deploy', []],
    ['no master', 'deploy', { repo: 'https://h/foo', branch: 'm' }],
    ['an empty branch', 'deploy', { repo: 'https://h/foo', branch: ' ', master: 'n1' }],
    ['a number for a name', 'deploy', { repo: 'https://h/foo', branch: 'm', master: 1 }],
    ['a word for a truth', 'deploy', { repo: 'https://h/foo', branch: 'm', master: 'n1', update: 'yes' }],
    ['no branch', 'destroy', { repo: 'https://h/foo' }],
    ['no target', 'migrate', { repo: 'https://h/foo', branch: 'm' }],
    ['an empty target', 'migrate', { repo: 'https://h/foo', branch: 'm', target: {} }],
    ['a blank target', 'migrate', { repo: 'https://h/foo', branch: 'm', target: { branch: '' } }],
    [
      'the source as target',
      'migrate',
      { repo: 'https://h/foo', branch: 'm', target: { repo: 'https://h/foo.git', branch: 'm' } },
    ],
    ['a word for an update', 'migrate', { repo: 'r', branch: 'm', target: { branch: 'q' }, update: 'no' }],
  ])('with %s is told what is expected, and changes nothing', async (_, name, payload) => {
    const { fire, quiet, log, records, calls } = setUp();
    fire(event(name, payload));
    await quiet();
    expect(log).toMatchObject([
      { level: 'error', msg: expect.stringMatching(/^Wrong event payload format\. Please provide json: \{/) },
    ]);
    expect(records.size).toBe(0);
    expect(calls).toEqual([]);
  });

  it('hinders none that comes after it', async () => {
    const { fire, began } = setUp();
    fire(event('deploy', 'nonsense'));
    fire(deploy('https://h/foo'));
    await began(1);
  });

  it('that fails by what may pass is tried again, some times', async () => {
    const { fire, began, end, settled, calls } = setUp();
    const [lucky, unlucky] = [deploy('https://h/lucky'), deploy('https://h/unlucky')];
    fire(lucky);
    await began(1);
    end(lucky.id, new CoveyError('unavailable', 'no leader'));
    await began(2);
    end(lucky.id);
    await settled(lucky.id, 'done');
    fire(unlucky);
    for (let tries = 1; tries <= 15; tries++) {
      await began(2 + tries);
      end(unlucky.id, new CoveyError('timeout', 'n1 says nothing'));
    }
    await settled(unlucky.id, 'failed');
    expect(calls).toHaveLength(17);
  });
});
