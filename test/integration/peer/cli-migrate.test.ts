import { describe, expect, test } from 'vitest';
import type { MigrateRequest__Output as MigrateRequest } from '../../../src/generated/covey/v1/MigrateRequest.ts';
import { at, covey, plan, start, useCertificates } from './cli-runs.ts';

useCertificates();

describe('a migrate', () => {
  async function migrating() {
    const requests: MigrateRequest[] = [];
    const served = await start({
      async *Migrate(request) {
        requests.push(request);
        yield { plan: { ...plan, operation: 'migrate', warnings: ['q_db gets what p_db holds.'] } };
        if (!request.planOnly)
          yield { outcome: { app: 'q', generation: 7, snapshots: ['q_db@x@+before-migrate'] } };
      },
    });
    return { served, requests };
  }
  const named = (name: string) => ({ name, repo: '', branch: '' });
  const wanted = { source: named('p'), target: named('q'), noUpdate: false, wait: false, planOnly: false };

  test('sends all options, and names what was put aside', async () => {
    const { served, requests } = await migrating();
    const options = ['--no-update', '--wait', '--yes', '--request-id', 'r1'];
    const { stdout, exitCode } = await covey(['migrate', 'p', 'q', ...options, ...at(served)]);
    expect([exitCode, stdout.split('\n').at(-1)]).toEqual([0, 'kept q_db@x@+before-migrate']);
    expect(requests).toEqual([{ ...wanted, noUpdate: true, wait: true, requestId: 'r1' }]);
  });

  test('takes repositories with a branch as well, and shows what would be done', async () => {
    const { served, requests } = await migrating();
    const apps = ['https://h/shop.git#p', 'https://h/shop.git#feature/q#1'];
    const { stdout } = await covey(['migrate', ...apps, '--plan', ...at(served)]);
    expect(stdout).toContain('warning: q_db gets what p_db holds.');
    const of = (branch: string) => ({ name: '', repo: 'https://h/shop.git', branch });
    const source = of('p');
    const target = of('feature/q#1');
    expect(requests).toEqual([{ ...wanted, source, target, planOnly: true, requestId: '' }]);
  });

  test('asks, so it wants a terminal or --yes', async () => {
    const { served, requests } = await migrating();
    expect(await covey(['migrate', 'p', 'q', ...at(served)])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringMatching(/Nobody is there to confirm/),
    });
    expect(requests).toEqual([]);
  });
});
