import { describe, expect, it } from 'vitest';
import {
  certificateChecks,
  judgeDates,
  judgeKeyMode,
  judgeRunning,
} from '../../../src/doctor/certificates.ts';

describe('certificates', () => {
  const now = new Date('2026-03-01T00:00:00Z');
  const at = (days: number, milliseconds = 0) => new Date(now.getTime() + days * 86_400_000 + milliseconds);

  it.each([
    [at(-1), at(30), 'ok', 'is valid until 2026-03-31'],
    [at(-1), at(30, -1), 'warning', 'expires in 29 days, on 2026-03-30'],
    [at(-1), at(0, 1), 'warning', 'expires in 0 days'],
    [at(-1), at(0), 'error', 'expired on 2026-03-01'],
    [at(0), at(90), 'ok', 'is valid until'],
    [at(0, 1), at(90), 'error', 'is valid only from 2026-03-01T00:00:00.001Z'],
  ])('valid from %s to %s is %s', (from, to, state, found) => {
    const finding = judgeDates([{ file: 'node.pem', from, to }], now, 'issue');
    expect(finding).toMatchObject({ state, found: expect.stringContaining(`node.pem ${found}`) });
    expect(finding.hint.includes('issue')).toBe(state !== 'ok');
  });

  it('of two the one that is wrong is told', () => {
    const good = { file: 'ca.pem', from: at(-1), to: at(99) };
    expect(judgeDates([good, { file: 'node.pem', from: at(-9), to: at(-1) }], now, 'issue')).toEqual({
      state: 'error',
      found: 'node.pem expired on 2026-02-28',
      hint: 'issue',
    });
  });

  it.each([
    [0o600, 'ok'],
    [0o400, 'ok'],
    [0o640, 'error'],
    [0o604, 'error'],
    [0o644, 'error'],
  ])('a key of mode %o is %s', (mode, state) => {
    expect(judgeKeyMode('/k', mode)).toMatchObject({ state, hint: state === 'ok' ? '' : 'chmod 600 /k' });
  });

  it('one that the peer has not read yet is a warning', () => {
    expect(judgeRunning('node1', true).state).toBe('ok');
    expect(judgeRunning('node1', false)).toMatchObject({
      state: 'warning',
      hint: 'docker restart covey-peer',
    });
  });

  it('none at all, by the settings, is a warning', async () => {
    const [check, ...more] = certificateChecks(undefined);
    expect(more).toEqual([]);
    expect(await check?.look(new AbortController().signal)).toMatchObject({ state: 'warning' });
  });

  it('a new one is issued for the name and the address of the node', () => {
    const source = { node: 'node1', address: '10.0.0.1' } as Parameters<typeof certificateChecks>[0];
    expect(certificateChecks(source)[0]?.hint).toContain(
      'covey ca issue node1 --dir DIR --out OUT --san 10.0.0.1',
    );
  });
});
