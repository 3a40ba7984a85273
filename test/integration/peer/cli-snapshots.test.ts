import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { RestoreRequest__Output as RestoreRequest } from '../../../src/generated/covey/v1/RestoreRequest.ts';
import { at, certificates, covey, main, plan, start, useCertificates } from './cli-runs.ts';

useCertificates();

describe('snapshots of an app', () => {
  const chosen = ['shop_db@2026-03-01T10:00:03.214159'];
  const shown = { ...plan, operation: 'restore', snapshots: chosen };
  async function restoring() {
    const requests: RestoreRequest[] = [];
    const served = await start({
      async *Restore(request) {
        requests.push(request);
        yield { plan: shown };
        if (!request.planOnly)
          yield { outcome: { app: 'shop', generation: 7, snapshots: ['shop_db@x@+before-restore'] } };
      },
    });
    return { served, requests };
  }
  const nothing = { app: 'shop', volumes: [], at: '', snapshots: [], to: '', wait: false, planOnly: false };

  test('restore sends all options, and names what was put aside', async () => {
    const { served, requests } = await restoring();
    const options = [
      '--volume',
      'db',
      '--volume',
      'files',
      '--at',
      '2h',
      '--to',
      'rescue',
      '--wait',
      '--yes',
    ];
    const { stdout, exitCode } = await covey(['restore', 'shop', ...options, ...at(served)]);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').at(-1)).toBe('kept shop_db@x@+before-restore');
    await covey(['restore', 'shop', '--snapshot', 'a@1', '--snapshot', 'b@2', '--yes', ...at(served)]);
    expect(requests).toEqual([
      { ...nothing, volumes: ['db', 'files'], at: '2h', to: 'rescue', wait: true },
      { ...nothing, snapshots: ['a@1', 'b@2'] },
    ]);
  });

  test('restore asks, and then for just what it has shown', async () => {
    const { served, requests } = await restoring();
    expect(await covey(['restore', 'shop', ...at(served)])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringMatching(/Nobody is there to confirm/),
    });
    await covey(['restore', 'shop', '--plan', ...at(served)]);
    expect(requests.splice(0)).toEqual([{ ...nothing, planOnly: true }]);
    const command = [process.execPath, main, 'restore', 'shop', '--volume', 'db', ...at(served)].join(' ');
    const onTerminal = (input: string) =>
      execa('script', ['-qec', command, '/dev/null'], {
        env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice') },
        extendEnv: false,
        reject: false,
        input,
        timeout: 20_000,
      });
    expect((await onTerminal('n\n')).stdout).toContain('Restore it? [y/N]');
    expect(requests.splice(0)).toEqual([{ ...nothing, volumes: ['db'], planOnly: true }]);
    await onTerminal('y\n');
    expect(requests).toEqual([
      { ...nothing, volumes: ['db'], planOnly: true },
      { ...nothing, snapshots: chosen },
    ]);
  });

  test('snapshot and clone send their options', async () => {
    const requests: unknown[] = [];
    const served = await start({
      async *Snapshot(request) {
        requests.push(request);
        yield { outcome: { app: 'shop', generation: 7, snapshots: ['shop_db@x', 'shop_files@x'] } };
      },
      async *Clone(request) {
        requests.push(request);
        yield { outcome: { app: 'shop', generation: 7 } };
      },
    });
    const text = await covey(['snapshot', 'shop', ...at(served)]);
    expect(text.stdout.split('\n').slice(1)).toEqual(['kept shop_db@x', 'kept shop_files@x']);
    const json = await covey([
      'snapshot',
      'shop',
      '--volume',
      'db',
      '--stop',
      '--plan',
      '--json',
      ...at(served),
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: { snapshots: ['shop_db@x', 'shop_files@x'] } });
    await covey(['clone', 'shop', '--volume', 'db', '--to', 'trial', ...at(served)]);
    const common = { app: 'shop', wait: false, planOnly: false };
    expect(requests).toEqual([
      { ...common, volumes: [], stop: false },
      { ...common, volumes: ['db'], stop: true, planOnly: true },
      { ...common, volume: 'db', to: 'trial' },
    ]);
  });

  test('are listed; exits with 1 where a node did not answer', async () => {
    const requests: unknown[] = [];
    const row = {
      node: 'node1',
      volume: 'shop_db',
      name: 'shop_db@x',
      at: Date.UTC(2026, 2, 1),
      newest: true,
    };
    const problems: string[] = [];
    const served = await start({
      Snapshots: async (request) => {
        requests.push(request);
        return { snapshots: [{ ...row, kind: 'plain' }], problems };
      },
    });
    const well = await covey(['snapshots', 'shop', ...at(served)]);
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout.split('\n')).toEqual([
      'NODE   VOLUME   SNAPSHOT   DATE                  KIND',
      'node1  shop_db  shop_db@x  2026-03-01T00:00:00Z  plain, the newest',
    ]);
    problems.push('node2: it is not alive');
    const ill = await covey(['snapshots', 'shop', '--node', 'node2', '--json', ...at(served)]);
    expect(ill.exitCode).toBe(1);
    expect(JSON.parse(ill.stdout)).toMatchObject({ snapshots: [row], problems });
    expect(requests).toEqual([
      { app: 'shop', node: '' },
      { app: 'shop', node: 'node2' },
    ]);
  });
});
