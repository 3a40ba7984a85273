import { describe, expect, test } from 'vitest';
import { at, certificates, covey, start, useCertificates } from './cli-runs.ts';

useCertificates();

describe('doctor', () => {
  const fine = { node: 'node1', check: 'store', state: 'ok', found: 'it is on BTRFS', hint: '' };
  const full = { ...fine, check: 'store space', state: 'warning', found: '8 % free', hint: 'make room' };
  const open = {
    ...fine,
    node: 'node2',
    check: 'git',
    state: 'error',
    found: 'mode 644',
    hint: 'chmod 600 id',
  };

  test('prints a line for each check; exits with 1 for an error, and not for a warning', async () => {
    const asked: unknown[] = [];
    const findings = [fine];
    const served = await start({
      Doctor: async (request) => {
        asked.push(request);
        return { findings };
      },
    });
    const well = await covey(['doctor', ...at(served)]);
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout.split('\n')).toEqual([
      'NODE   CHECK  STATE  FOUND',
      'node1  store  ok     it is on BTRFS',
      '',
      'All is well.',
    ]);
    findings.push(full);
    expect(await covey(['doctor', 'node1', ...at(served)])).toMatchObject({ exitCode: 0 });
    findings.push(open, open);
    const ill = await covey(['doctor', '--all', ...at(served)]);
    expect(ill.exitCode).toBe(1);
    expect(ill.stdout.split('\n')).toEqual([
      'NODE   CHECK        STATE    FOUND',
      'node1  store        ok       it is on BTRFS',
      'node1  store space  warning  8 % free. To mend: make room',
      'node2  git          error    mode 644. To mend: chmod 600 id',
      'node2  git          error    mode 644. To mend: chmod 600 id',
      '',
      '2 errors, 1 warning.',
    ]);
    const json = await covey(['doctor', '--json', ...at(served)]);
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ findings });
    expect(asked).toEqual([
      { node: '', all: false },
      { node: 'node1', all: false },
      { node: '', all: true },
      { node: '', all: false },
    ]);
  });
});

describe('health', () => {
  test('asks every peer named', async () => {
    const [one, two] = [await start({}), await start({})];
    const both = ['health', ...at(one), ...at(two)];
    expect(await covey(both)).toMatchObject({
      exitCode: 0,
      stdout: `127.0.0.1:${one.port}  SERVING\n127.0.0.1:${two.port}  SERVING`,
    });
    two.setServing(false);
    expect(await covey(both)).toMatchObject({
      exitCode: 69,
      stderr: expect.stringContaining(`${two.port} is not serving`),
    });
  });

  test("works with a node's own certificate where there is no operator's", async () => {
    const served = await start({});
    expect(await covey(['health', '--tls-dir', certificates.dir('node1'), ...at(served)])).toMatchObject({
      exitCode: 0,
    });
  });
});
