import { describe, expect, it } from 'vitest';
import { judgeClock, judgePeers, type PeerSource, peerChecks } from '../../../src/doctor/peers.ts';
import { CoveyError } from '../../../src/errors.ts';

const signal = new AbortController().signal;

describe('clock', () => {
  it.each([
    [0, 0, 'ok'],
    [1_000, 0, 'ok'],
    [1_001, 0, 'warning'],
    [-1_001, 0, 'warning'],
    [1_500, 500, 'ok'],
    [1_501, 500, 'warning'],
    [30_000, 0, 'warning'],
    [30_001, 0, 'error'],
    [-30_001, 0, 'error'],
    [30_001, 1, 'warning'],
  ])('%i ms ahead, ± %i, is %s', (ahead, error, state) => {
    const finding = judgeClock([{ node: 'n2', ahead, error }], 1);
    expect(finding.state).toBe(state);
    if (state !== 'ok') expect(finding.hint).toMatch(/timedatectl set-ntp true.*snapshots.*certificates/);
  });

  it('says which node, and which way', () => {
    const drifts = [
      { node: 'n2', ahead: 12, error: 3 },
      { node: 'n3', ahead: -40_000, error: 4 },
    ];
    expect(judgeClock(drifts, 2).found).toBe('n3 is 40.000 s behind (± 0.004 s)');
  });

  it('is compared with nobody where nobody is or answers', () => {
    expect(judgeClock([], 0).state).toBe('ok');
    expect(judgeClock([], 2).state).toBe('warning');
  });
});

describe('peers', () => {
  it('names who is not reached, and why', () => {
    const drift = { node: 'n2', ahead: 0, error: 0 };
    expect(judgePeers(7700, []).state).toBe('ok');
    expect(judgePeers(7700, [['n2', drift]])).toMatchObject({ state: 'ok', found: 'n2 answers' });
    expect(
      judgePeers(7700, [
        ['n2', drift],
        ['n3', 'refused'],
      ] as const),
    ).toMatchObject({
      state: 'error',
      found: 'n3 is not reached on port 7700: refused',
      hint: expect.stringContaining('docker start covey-peer'),
    });
  });

  it('are asked for their time; one that fails hinders no other', async () => {
    const source: PeerSource = {
      port: 7700,
      others: async () => ['n2', 'n3'],
      time: async (node) => {
        if (node === 'n3') throw new CoveyError('unavailable', 'refused');
        return Date.now() + 5_000;
      },
    };
    const found = await Promise.all(peerChecks(source).map(({ look }) => look(signal)));
    expect(found).toMatchObject([
      { state: 'error', found: 'n3 is not reached on port 7700: refused' },
      { state: 'warning', found: expect.stringMatching(/^n2 is [45]\.\d{3} s ahead/) },
    ]);
  });
});
