import { describe, expect, it } from 'vitest';
import type { Member } from '../../../src/consul/members.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { forgetHere } from '../../../src/handlers/node-forget.ts';
import { removeNode } from '../../../src/handlers/node-remove.ts';
import { createLogger } from '../../../src/logger.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';

const caller = { name: 'alice', role: 'operator' } as const;
const call: CallContext = { signal: new AbortController().signal, caller };
const member = (name: string, state: Member['state'] = 'alive'): Member => ({
  ...{ name, state, address: '', server: true },
});

/** What a peer answers that is asked to forget node4, one after the other; the last goes on. */
type Answers = (boolean | Error)[];

/** node1 is asked to remove node4; node5 has failed. `asked` is who was asked to forget it, how often. */
function cluster(answers: Record<string, Answers>, here: Member['state'] | undefined = 'left') {
  const asked: Record<string, number> = {};
  const live = Object.keys(answers).map((name) => member(name));
  const deps = {
    node: 'node1',
    logger: createLogger({ level: 'silent' }),
    members: async () => [...live, member('node5', 'failed'), ...(here ? [member('node4', here)] : [])],
    kv: { list: async () => [] },
    nodes: {
      forget: async (at: string, node: string, signal: AbortSignal) => {
        expect(node).toBe('node4');
        signal.throwIfAborted();
        const count = asked[at] ?? 0;
        asked[at] = count + 1;
        const answer = answers[at]?.[Math.min(count, answers[at].length - 1)];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    bounds: { acknowledge: 1_000 },
  };
  const world = deps as unknown as Deps;
  const remove = (context = call) => removeNode(world)({ node: 'node4' }, context);
  return { asked, remove, world };
}

describe('a node that has left goes off the list', () => {
  it('of each live node, which is asked until it does not list it any more', async () => {
    const { asked, remove } = cluster({
      node1: [true, false],
      node2: [true, true, true, false],
      node3: [false],
    });
    expect(await remove()).toEqual({ node: 'node4' });
    expect(asked).toEqual({ node1: 2, node2: 4, node3: 1 });
  });

  it('also of one whose peer was away for a moment, and where only others still list it', async () => {
    const away = new CoveyError('unavailable', 'node3 does not answer');
    const answers = { node1: [false], node2: [false], node3: [away, true, false] };
    expect(await cluster(answers, undefined).remove()).toEqual({ node: 'node4' });
  });

  it('and is no node where nobody lists it', async () => {
    await expect(cluster({ node1: [false], node2: [false] }, undefined).remove()).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no node node4.',
    });
  });

  it('or it is said of whom not, and what to do', async () => {
    const away = new CoveyError('unavailable', 'no route');
    const { world, remove } = cluster({ node1: [false], node2: [true], node3: [away] });
    world.bounds.acknowledge = 10;
    await expect(remove()).rejects.toMatchObject({
      code: 'timeout',
      message: 'node4 may still be on the list of node2 (it lists it still), node3 (no route).',
      hint: 'Give the command again once their peers answer (covey nodes); by itself it goes after three days.',
    });
  });

  it('unless the caller gives up', async () => {
    const leaving = new AbortController();
    const { world, remove } = cluster({ node1: [true] });
    world.bounds.acknowledge = 60_000;
    const removing = remove({ signal: leaving.signal, caller });
    leaving.abort(new CoveyError('cancelled', 'Ctrl-C'));
    await expect(removing).rejects.toMatchObject({ message: 'Ctrl-C' });
  });
});

describe('a peer that is asked to forget a node', () => {
  /** What its Consul lists of node4, and what becomes of that when it is told to take it off. */
  function peer(state: Member['state'] | undefined, expelled: () => Member['state'] | undefined) {
    let now = state;
    let count = 0;
    const forget = forgetHere({
      members: async () => (now === undefined ? [] : [member('node4', now)]),
      membership: {
        remove: async (node, { forget: off }) => {
          expect([node, off]).toEqual(['node4', true]);
          count += 1;
          now = undefined;
          now = expelled();
        },
      },
    });
    return { ask: () => forget({ node: 'node4' }, call), told: () => count };
  }

  it.each<[string, Member['state'] | undefined, boolean, number]>([
    ['that has left has its Consul do so', 'left', true, 1],
    ['that has failed there has its Consul do so', 'failed', true, 1],
    ['that it does not list has nothing to do', undefined, false, 0],
    ['that is alive there waits until it is seen to be dead', 'alive', true, 0],
  ])('%s', async (_, state, listed, told) => {
    const world = peer(state, () => undefined);
    expect(await world.ask()).toEqual({ listed });
    expect(world.told()).toBe(told);
  });

  it('is content where another one was quicker, and says why Consul does not', async () => {
    const refuse = () => {
      throw new CoveyError('denied', 'No node found');
    };
    expect(await peer('left', refuse).ask()).toEqual({ listed: true });
    let state: Member['state'] | undefined = 'left';
    const forget = forgetHere({
      members: async () => (state === undefined ? [] : [member('node4', state)]),
      membership: { remove: async () => refuse() },
    });
    await expect(forget({ node: 'node4' }, call)).rejects.toMatchObject({ code: 'denied' });
    state = undefined;
    expect(await forget({ node: 'node4' }, call)).toEqual({ listed: false });
  });
});
