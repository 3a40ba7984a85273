import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { pack, unpack } from '../../../src/docker/archive.ts';
import { CoveyError } from '../../../src/errors.ts';

let folder: string;
let into: string;
const signal = new AbortController().signal;
const inFolder = (...parts: string[]) => path.join(folder, ...parts);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-archive-'));
  into = inFolder('taken', 'staging');
  await mkdir(inFolder('taken'));
  await mkdir(inFolder('given', 'sub'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** An archive as somebody evil would make it: by these calls of tar, one after the other. */
async function evil(...calls: string[][]): Promise<AsyncIterable<Uint8Array>> {
  for (const [index, args] of calls.entries()) {
    await run('tar', [index === 0 ? '-cf' : '-rf', inFolder('evil.tar'), '-P', ...args], {
      cwd: inFolder('given'),
    });
  }
  const bytes = await readFile(inFolder('evil.tar'));
  return (async function* () {
    yield bytes;
  })();
}

describe('an archive', () => {
  it('of a folder that is not there fails, and says why', async () => {
    await expect(unpack(pack(inFolder('none'), signal), into, signal)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('No such file'),
    });
  });

  it('that nobody takes to its end ends tar; one whose caller gives up too', async () => {
    await writeFile(inFolder('given', 'big'), Buffer.alloc(8_000_000));
    const left = pack(inFolder('given'), signal);
    expect((await left.next()).done).toBe(false);
    await left.return();

    const controller = new AbortController();
    const given = pack(inFolder('given'), controller.signal);
    await given.next();
    controller.abort(new CoveyError('cancelled', 'enough'));
    const rest = async () => {
      for await (const _ of given);
    };
    await expect(rest()).rejects.toThrow('enough');
    // pgrep ends with 1 where it finds nothing.
    const { exitCode } = await run('pgrep', ['-f', inFolder('given')], { accept: [0, 1] });
    expect(exitCode).toBe(1);
  });

  it('that is none fails, long or short', async () => {
    for (const size of [10, 10_000_000]) {
      async function* junk() {
        yield Buffer.alloc(size, 'x');
      }
      await expect(unpack(junk(), `${into}-${size}`, signal)).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringContaining('tar --extract exited with 2'),
      });
    }
  });

  it('whose source says something after its last bytes is read to the end', async () => {
    await writeFile(inFolder('given', 'file'), 'text');
    let heard = false;
    async function* slow() {
      yield* pack(inFolder('given'), signal);
      // A tar that ends by itself has ended by then; one that waits for more has no other way to show it.
      const bound = Date.now() + 1_000;
      const ended = async () =>
        (await run('pgrep', ['-f', `tar --extract.*${into}`], { accept: [0, 1] })).exitCode === 1;
      while (Date.now() < bound && !(await ended()));
      yield Buffer.alloc(0);
      heard = true;
    }
    await unpack(slow(), into, signal);
    expect(heard).toBe(true);
    expect(await readFile(path.join(into, 'file'), 'utf8')).toBe('text');
  });

  it('whose source fails fails with the reason of that', async () => {
    async function* failing() {
      yield* pack(inFolder('given'), signal);
      throw new CoveyError('unavailable', 'it broke off');
    }
    await expect(unpack(failing(), into, signal)).rejects.toThrow('it broke off');
  });
});

describe('nothing is written outside', () => {
  it('by a name that leads out', async () => {
    await writeFile(inFolder('given', 'file'), 'evil');
    const archive = await evil(['--transform=s,^,../,', 'file']);
    await expect(unpack(archive, into, signal)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining("contains '..'"),
    });
    expect(await readdir(inFolder('taken'))).toEqual(['staging']);
  });

  it('by an absolute name: it is taken as one below', async () => {
    await writeFile(inFolder('given', 'file'), 'evil');
    const outside = inFolder('taken', 'file');
    await unpack(await evil([`--transform=s,^file,${outside},`, 'file']), into, signal);
    expect(await readdir(inFolder('taken'))).toEqual(['staging']);
    expect(await readFile(path.join(into, outside), 'utf8')).toBe('evil');
  });

  it.each([
    ['absolute', () => inFolder('taken')],
    ['relative', () => '..'],
  ])('through a link that is %s', async (_what, target) => {
    await symlink(target(), inFolder('given', 'link'));
    await writeFile(inFolder('given', 'file'), 'evil');
    const archive = await evil(['link'], ['--transform=s,^file,link/file,', 'file']);
    await expect(unpack(archive, into, signal)).rejects.toMatchObject({ code: 'failed' });
    expect(await readdir(inFolder('taken'))).toEqual(['staging']);
  });

  it('through a hard link to what is outside', async () => {
    await writeFile(inFolder('taken', 'precious'), 'mine');
    await writeFile(inFolder('given', 'a'), 'evil');
    await run('ln', ['a', 'b'], { cwd: inFolder('given') });
    const precious = inFolder('taken', 'precious');
    // "b" becomes a link to the file outside, then "b" is written once more.
    const archive = await evil([`--transform=s,^a$,${precious},H`, 'a', 'b']);
    await unpack(archive, into, signal).catch(() => undefined); // refused or not: what counts is below
    expect(await readFile(precious, 'utf8')).toBe('mine');
    expect((await lstat(precious)).nlink).toBe(1);
  });
});
