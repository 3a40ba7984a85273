import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { deploy, event, setUp } from './bridge.ts';

describe('events of one app', () => {
  it('queue in the order of gossip’s time, whatever the form of the URL', async () => {
    const { fire, began, end, calls, quiet, settled } = setUp();
    const [one, two, three] = [
      deploy('https://h/foo'),
      deploy('https://h/foo.git'),
      deploy('ssh://git@h/Foo'),
    ];
    for (const each of [one, two, three]) fire(each);
    await began(1);
    await quiet();
    expect(calls).toHaveLength(1);
    end(one.id);
    await began(2);
    // a failure holds up nothing
    end(two.id, new CoveyError('failed', 'broke'));
    await began(3);
    end(three.id);
    await settled(three.id, 'done');
    expect(calls.map(({ request }) => request.requestId)).toEqual([one.id, two.id, three.id]);
  });

  it('are not held up by those of another app', async () => {
    const { fire, began } = setUp();
    fire(deploy('https://h/foo'));
    fire(deploy('https://h/bar'));
    await began(2);
  });

  it('queue for source and target of a migrate alike', async () => {
    const { fire, began, end, calls, quiet, settled } = setUp();
    const first = deploy('https://h/b');
    const target = { repo: 'https://h/b' };
    const migrated = event('migrate', { repo: 'https://h/a', branch: 'master', target });
    const fired = [first, migrated, deploy('https://h/a'), deploy('https://h/c')];
    for (const each of fired) fire(each);
    await began(2);
    await quiet();
    const ids = () => calls.map(({ request }) => request.requestId);
    expect(ids()).toEqual([first.id, fired[3]?.id]);
    end(first.id);
    await began(3);
    await quiet();
    expect(ids().at(-1)).toBe(migrated.id);
    end(migrated.id);
    await began(4);
    for (const { id } of fired.slice(2)) end(id);
    for (const { id } of fired) await settled(id, 'done');
  });

  it('let one be ended that was begun, before one of an earlier time that was heard of later', async () => {
    const { set, fire, quiet, began, calls, end, settled } = setUp();
    const [earlier, begun] = [deploy('https://h/foo'), deploy('https://h/foo')];
    set({ id: begun.id, state: 'running', node: 'n2', since: '', event: begun });
    fire(earlier);
    await quiet();
    expect(calls).toEqual([]);
    set({ id: begun.id, state: 'abandoned', node: 'n2', since: '', event: begun });
    await began(1);
    expect(calls[0]?.request.requestId).toBe(begun.id);
    end(begun.id);
    await settled(begun.id, 'done');
    await began(2);
    expect(calls[1]?.request.requestId).toBe(earlier.id);
  });

  it('wait for the one that another peer runs, and take over its work when it dies', async () => {
    const { set, fire, quiet, began, calls, end, settled } = setUp();
    const [first, second] = [deploy('https://h/foo'), deploy('https://h/foo')];
    set({ id: first.id, state: 'running', node: 'n2', since: '', event: first });
    fire(second);
    await quiet();
    expect(calls).toEqual([]);
    set({ id: first.id, state: 'abandoned', node: 'n2', since: '', event: first });
    await began(1);
    expect(calls[0]?.request.requestId).toBe(first.id);
    end(first.id);
    await settled(first.id, 'done');
    await began(2);
    expect(calls[1]?.request.requestId).toBe(second.id);
  });
});

describe('a peer', () => {
  it('that loses its claim ends the operation, and takes the event up again if nobody else does', async () => {
    const { fire, began, calls, lose, end, quiet, settled } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    lose(fired.id);
    expect(calls[0]?.call.signal.aborted).toBe(true);
    await quiet();
    // its undoing takes a while
    end(fired.id, new CoveyError('cancelled', 'the session was lost'));
    await began(2);
    end(fired.id);
    await settled(fired.id, 'done');
  });

  it('that stops leaves its event to the others', async () => {
    const { fire, began, end, controller, bridge, outcome, quiet } = setUp();
    const fired = deploy('https://h/foo');
    fire(fired);
    await began(1);
    controller.abort();
    end(fired.id, new CoveyError('cancelled', 'the peer stops'));
    await bridge;
    await quiet();
    expect(outcome(fired.id)).toBe('running');
  });
});
