import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { CoveyError } from '../../../src/errors.ts';

/** True until the process is gone (a zombie counts as gone). */
async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}

describe('run', () => {
  it('gives output and exit code', async () => {
    expect(await run('sh', ['-c', 'echo out; echo err >&2'])).toEqual({
      exitCode: 0,
      stdout: 'out',
      stderr: 'err',
    });
    expect((await run('sh', ['-c', 'exit 3'], { accept: [0, 3] })).exitCode).toBe(3);
    expect((await run('cat', [], { input: 'fed' })).stdout).toBe('fed');
  });

  it('passes nothing of its own environment on', async () => {
    const { stdout } = await run('env', [], { env: { ONLY: 'this' } });
    expect(
      stdout
        .split('\n')
        .map((line) => line.split('=')[0])
        .sort(),
    ).toEqual(['HOME', 'LANG', 'ONLY', 'PATH']);
  });

  it('passes lines on as they come, those ended by a carriage return too', async () => {
    const lines: string[] = [];
    await run('printf', ['10%%\\r20%%\\rdone\\n\\nend'], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['10%', '20%', 'done', 'end']);
  });

  it.each([[undefined], [() => undefined]])('says what a failing command said', async (onLine) => {
    const failing = run('sh', ['-c', 'echo secret: no such thing >&2; exit 4'], {
      onLine,
      redact: (text) => text.replace('secret', '***'),
    });
    await expect(failing).rejects.toMatchObject({
      code: 'failed',
      message: 'sh -c exited with 4: ***: no such thing',
    });
  });

  it('says what ended a command', async () => {
    await expect(run('sh', ['-c', 'kill -9 $$'])).rejects.toMatchObject({
      code: 'failed',
      message: 'sh -c was ended by SIGKILL: it said nothing',
    });
  });

  it('tells a missing program from a failing one', async () => {
    await expect(run('no-such-program', [])).rejects.toMatchObject({
      code: 'unavailable',
      message: 'no-such-program is not installed on this node',
    });
    await expect(run('no-such-program', [], { onLine: () => undefined })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(run('true', [], { cwd: '/no/such/folder' })).rejects.toMatchObject({
      message: expect.stringContaining('/no/such/folder'),
    });
  });

  it('ends the children too when it is aborted', async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const running = run('sh', ['-c', 'sleep 60 & echo $!; echo $$; wait'], {
      signal: controller.signal,
      onLine: (line) => {
        pids.push(Number(line));
        if (pids.length === 2) controller.abort(new CoveyError('locked', 'the lock is gone'));
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'locked', message: 'the lock is gone' });
    expect(pids.length).toBe(2);
    for (const pid of pids) await expect.poll(() => lives(pid)).toBe(false);
  });

  it('has a deadline, and does not start under a signal that is aborted', async () => {
    await expect(run('sleep', ['60'], { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'sleep 60 did not end within 0.05 s',
    });
    await expect(run('sleep', ['60'], { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'timeout',
      message: 'sleep 60 ran out of time',
    });
    await expect(run('true', [], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
      message: 'true was cancelled',
    });
  });
});
