import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoveyError } from '../../src/errors.ts';
import { faultsIn } from '../../src/faults.ts';

let state: string;
const signal = new AbortController().signal;
const folder = () => join(state, 'faults');

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'covey-faults-'));
  await mkdir(folder());
});
afterEach(() => rm(state, { recursive: true }));

describe('a fault point', () => {
  it('that nobody armed is passed, also where there is no folder', async () => {
    await faultsIn(state).reach('run:stop', signal);
    await faultsIn(join(state, 'none')).reach('run:stop', signal);
  });

  it('fails once', async () => {
    await writeFile(join(folder(), 'run:stop'), 'fail\n');
    const faults = faultsIn(state);
    await faults.reach('run:start', signal);
    await expect(faults.reach('run:stop', signal)).rejects.toMatchObject({
      code: 'failed',
      message: 'The fault point run:stop was reached',
    });
    await faults.reach('run:stop', signal);
  });

  it('waits until it is released, or its caller gives up', async () => {
    const faults = faultsIn(state);
    const reached = () =>
      vi.waitFor(async () => expect(await readdir(folder())).toEqual(['run:stop.reached']));
    await writeFile(join(folder(), 'run:stop'), 'wait');
    let passed = false;
    const waiting = faults.reach('run:stop', signal).then(() => {
      passed = true;
    });
    await reached();
    expect(passed).toBe(false);
    await rm(join(folder(), 'run:stop.reached'));
    await waiting;

    await writeFile(join(folder(), 'run:stop'), 'wait');
    const controller = new AbortController();
    const given = faults.reach('run:stop', controller.signal);
    await reached();
    controller.abort(new CoveyError('cancelled', 'enough'));
    await expect(given).rejects.toThrow();
  });

  it('kills the process, which passes it when it is back', async () => {
    await writeFile(join(folder(), 'run:stop'), 'kill');
    const module = JSON.stringify(new URL('../../src/faults.ts', import.meta.url).href);
    const program = `import { faultsIn } from ${module}; await faultsIn(process.argv[1]).reach('run:stop', new AbortController().signal);`;
    const run = () =>
      execa(process.execPath, ['--input-type=module', '-e', program, state], { reject: false });
    expect((await run()).signal).toBe('SIGKILL');
    expect((await run()).exitCode).toBe(0);
  });
});
