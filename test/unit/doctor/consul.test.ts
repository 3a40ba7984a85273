import { describe, expect, it } from 'vitest';
import { judgeLeader, judgeMembers, judgeSelf, judgeServers } from '../../../src/doctor/consul.ts';

describe('consul', () => {
  it('without a leader is an error', () => {
    expect(judgeLeader('10.0.0.1:8300')).toMatchObject({ state: 'ok' });
    expect(judgeLeader(undefined)).toMatchObject({
      state: 'error',
      hint: expect.stringContaining('majority'),
    });
  });

  it.each([
    [{ node: 'n1', address: '10.0.0.1' }, 'ok', 'this node is n1 (10.0.0.1)'],
    [{ node: 'n1', address: undefined }, 'ok', 'this node is n1 (10.0.0.1)'],
    [{ node: 'n2', address: '10.0.0.1' }, 'error', 'Consul calls this node n1, but the settings say n2'],
    [
      { node: 'n1', address: '10.0.0.9' },
      'error',
      'Consul advertises 10.0.0.1, but the settings say 10.0.0.9',
    ],
  ] as const)('%j by the settings is %s', (settings, state, found) => {
    expect(judgeSelf(settings, { name: 'n1', address: '10.0.0.1' })).toMatchObject({ state, found });
  });

  it('names who is not alive; who has left is nobody', () => {
    const members = [
      { name: 'n1', state: 'alive' },
      { name: 'n2', state: 'left' },
    ] as const;
    expect(judgeMembers(members)).toMatchObject({ state: 'ok', found: 'alive: n1' });
    expect(judgeMembers([...members, { name: 'n3', state: 'failed' }])).toMatchObject({
      state: 'error',
      found: 'not alive: n3',
      hint: expect.stringContaining('consul force-leave n3'),
    });
  });

  it.each([
    [0, 'error', 'no member'],
    [1, 'warning', '1 Consul server:'],
    [2, 'warning', '2 Consul servers:'],
    [3, 'ok', '3 servers, of which 1 may be lost'],
    [4, 'ok', '4 servers, of which 1 may be lost'],
    [5, 'ok', '5 servers, of which 2 may be lost'],
  ])('%i servers are %s', (count, state, found) => {
    const members = Array.from({ length: count }, () => ({ state: 'alive', server: true }) as const);
    const others = [{ state: 'left', server: true } as const, { state: 'alive', server: false } as const];
    expect(judgeServers([...members, ...others])).toMatchObject({
      state,
      found: expect.stringContaining(found),
    });
  });
});
