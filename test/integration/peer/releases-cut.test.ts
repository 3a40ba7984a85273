import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { pack } from '../../../src/docker/archive.ts';
import { CoveyError } from '../../../src/errors.ts';
import { cluster, commit, FOLDER, fetch, folder, given, taken, useRelease } from './release-nodes.ts';

useRelease();

describe('nothing is left of', () => {
  const expectNothing = async () => expect(await readdir(taken)).toEqual([]);

  it('one that is at another commit', async () => {
    const other = '0123456789012345678901234567890123456789';
    const { take } = await cluster();
    await expect(take(fetch({ commit: other }))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining(`giver has the commit ${commit}`),
    });
    await expect(take(fetch({ commit: '' }))).rejects.toThrow(/^A release from \S+ needs a commit\.$/);
    await expectNothing();
  });

  it('one that the other node does not have, or a node that is not there', async () => {
    const { take } = await cluster();
    await rm(join(given, FOLDER), { recursive: true });
    await expect(take()).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(FOLDER),
    });
    await expect(take(fetch({ from: 'nobody' }))).rejects.toMatchObject({ code: 'not-found' });
    await expectNothing();
  });

  it('one whose tar fails half-way', async () => {
    const { take } = await cluster({
      async *pack(dir, signal) {
        yield* pack(dir, signal);
        throw new CoveyError('failed', 'tar --create exited with 1: file changed as we read it');
      },
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('file changed'),
    });
    await expectNothing();
  });

  it('one whose end is not told, though tar takes it for whole', async () => {
    const { take } = await cluster({}, async function* () {
      for await (const data of pack(join(given, FOLDER), new AbortController().signal)) yield { data };
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('was cut'),
    });
    await expectNothing();
  });

  it('one that its caller gives up, on either side', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { take } = await cluster({
      async *pack(dir, signal) {
        const whole = pack(dir, signal);
        yield (await whole.next()).value as Uint8Array;
        begun.resolve();
        try {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        } finally {
          await whole.return();
          ended.resolve();
        }
      },
    });
    const controller = new AbortController();
    const taking = take(fetch(), controller.signal);
    await begun.promise;
    controller.abort(new CoveyError('cancelled', 'enough'));
    await expect(taking).rejects.toThrow('enough');
    await ended.promise;
    // The caller is told before the taker has cleaned up.
    await expect.poll(() => readdir(taken)).toEqual([]);
  });

  it('one with a path that leads out', async () => {
    const evil = join(folder, 'evil.tar');
    await run('tar', ['-cPf', evil, '--transform=s,^,../,', 'docker-compose.yml'], {
      cwd: join(folder, 'work'),
    });
    const { take } = await cluster({
      async *pack() {
        yield await readFile(evil);
      },
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining("contains '..'"),
    });
    await expectNothing();
    expect((await readdir(folder)).sort()).toEqual(['evil.tar', 'given', 'state', 'taken', 'work']);
  });
});
