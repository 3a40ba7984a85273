import { describe, expect, test } from 'vitest';
import { run } from '../../../src/command.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ExecInput } from '../../../src/generated/covey/v1/ExecInput.ts';
import type { ExecStart } from '../../../src/generated/covey/v1/ExecStart.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import { app, silencing, startContainer, useNodes } from './app-nodes.ts';
import { cluster, held, of, result, SLEEPER, sh, stdin, until } from './exec-nodes.ts';

useNodes();

test('no operator may go past the node that he asks, and what he sends is not lost in its error', async () => {
  const { open, node1 } = await cluster();
  const start = { start: { app, argv: ['sh'] } };
  const past = node1.exchange(peerMethods.ContainerExec, of(start), {});
  await expect(past.next()).rejects.toMatchObject({
    code: 'denied',
    message: 'alice (operator) may not call /covey.v1.Peer/ContainerExec',
  });
  await startContainer('node2', 'web', SLEEPER);
  const broken = open({ argv: ['/bin/cat'] }, async function* () {
    yield stdin('x');
    throw new CoveyError('failed', 'the disk is gone');
  });
  await expect(result(broken)).rejects.toMatchObject({ code: 'failed', message: 'the disk is gone' });
});

describe('refused is', () => {
  test('what leaves open which container', async () => {
    await startContainer('node2', 'web', SLEEPER);
    const db = await startContainer('node2', 'db', SLEEPER);
    const { run } = await cluster();
    const argv = sh('echo hi');
    await expect(run({ argv })).rejects.toMatchObject({
      code: 'invalid',
      message: `${app} has several services: db, web.`,
      hint: 'Name the one that is meant: --service.',
    });
    expect(await run({ argv, service: 'db' })).toMatchObject({ stdout: 'hi\n' });
    expect(await run({ argv, container: db })).toMatchObject({ stdout: 'hi\n' });
    await expect(run({ argv, service: 'mail' })).rejects.toMatchObject({
      code: 'not-found',
      hint: 'Its services are: db, web.',
    });
    await expect(run({ argv, app: 'nope' })).rejects.toMatchObject({ message: 'There is no app nope.' });
  });

  test('a container that does not run', async () => {
    const name = await startContainer('node2', 'web', 'exit 0');
    await run('docker', ['wait', name]);
    const { run: ask } = await cluster();
    await expect(ask({ argv: ['/bin/sh'] })).rejects.toMatchObject({
      code: 'refused',
      message: `No container to run it in runs on node2: ${name} is exited.`,
    });
  });

  test.each<[string, ExecStart, string]>([
    ['no program', { argv: [] }, 'What to run is not well said: argv'],
    ['an empty program', { argv: [''] }, 'argv.0: is empty'],
    ['a NUL', { argv: ['sh', 'a\0b'] }, 'argv.1: has a NUL'],
    ['no variable', { argv: ['sh'], environment: ['A'] }, 'environment.0: is not NAME=value'],
    ['no user', { argv: ['sh'], user: 'a b' }, 'user: is no user'],
    ['no size', { argv: ['sh'], size: { rows: 0, columns: 9 } }, 'size.rows: '],
  ])('%s', async (_, start, message) => {
    const { run } = await cluster();
    await expect(run(start)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, ExecInput, string]>([
    ['a second start', { start: {} }, 'Only the first message of an exec says what to start.'],
    ['a size that is none', { resize: { rows: -1 } }, 'A terminal has from 1 to 10000 rows and columns.'],
  ])('%s', async (_, input, message) => {
    await startContainer('node2', 'web', SLEEPER);
    const { run } = await cluster();
    await expect(run({ argv: ['/bin/cat'] }, held(input))).rejects.toMatchObject({
      code: 'invalid',
      message,
    });
  });

  test('an app whose master is away, and one that is lost meanwhile is noticed', async () => {
    const away = await cluster({ away: ['node2'] });
    await expect(away.run({ argv: ['sh'] })).rejects.toMatchObject({ code: 'refused' });
    await startContainer('node2', 'web', SLEEPER);
    const silenced = silencing();
    const { open } = await cluster(silenced.options);
    const outputs = open({ argv: sh('echo begun; cat') }, held());
    await until(outputs, 'begun');
    silenced.stall();
    await expect(outputs.next()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('node2'),
    });
  });
});
