import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { actionOf, type Case, ids, plan } from './cases.ts';

describe('the certificates of the sites', () => {
  const domains = ['a.example.com', 'A.example.com:443', 'b.example.com'];
  const move: Case = {
    before: { master: 'n1', slave: 'n2', volumes: ['d'] },
    after: { master: 'n2', slave: 'n1', volumes: ['d'], domains },
  };

  it('are on the new master before anything stops', () => {
    const all = ids(plan(move));
    const at = all.indexOf('certificates@n2');
    expect(all.slice(at - 1, at + 2)).toEqual(['create@n2', 'certificates@n2', 'stop@n1']);
    const hosts = ['a.example.com', 'b.example.com'];
    expect(actionOf(plan(move), 'certificates@n2')).toEqual({ kind: 'certificates', node: 'n1', hosts });
  });

  it.each<[string, Case]>([
    ['of an app without sites', { ...move, after: { ...move.after, domains: [] } }],
    ['where the app stays', { before: { master: 'n1' }, after: { master: 'n1', domains } }],
    ['of a new app', { after: { master: 'n1', domains } }],
    ['of a master that is lost', { ...move, live: ['n2', 'n3', 'n4'], replicas: ['d'] }],
  ])('%s there are none to take', (_, each) => {
    expect(ids(plan(each)).filter((id) => id.startsWith('certificates'))).toEqual([]);
  });
});

/** Takes as it is told; what the step says. */
async function take(takeCertificates: ActionDeps['takeCertificates']): Promise<string[]> {
  const said: string[] = [];
  const { run } = createActions({ takeCertificates } as unknown as ActionDeps);
  await run(
    { kind: 'certificates', node: 'n1', hosts: ['a.lab'] },
    {
      signal: new AbortController().signal,
      report: (_, detail) => void said.push(detail),
      mandate: { app: 'foo', fence: 1, operation: 'o' },
    },
  );
  return said;
}

describe('the step', () => {
  it('says what became of each', async () => {
    const taken = { host: 'a.lab', issuer: 'local', outcome: 'kept' };
    expect(await take(async () => [taken])).toEqual(['a.lab (local): kept']);
  });

  it('is content where there is none', async () => {
    expect(await take(async () => [])).toEqual(['n1 has none']);
  });

  it.each(['failed', 'refused'] as const)('goes on where none is given: %s', async (code) => {
    const taking = take(async () => {
      throw new CoveyError(code, 'not from here');
    });
    expect(await taking).toEqual(['none is taken: not from here']);
  });

  it.each(['unavailable', 'timeout', 'cancelled'] as const)(
    'fails where the move would: %s',
    async (code) => {
      const taking = take(async () => {
        throw new CoveyError(code, 'nobody there');
      });
      await expect(taking).rejects.toMatchObject({ code });
    },
  );
});
