import { expect, test } from 'vitest';
import { capture, limited, pipe, run, until } from '../../../lab/run.ts';

test('capture: streams and exit code as they are, final newlines included', async () => {
  const result = await capture(['sh', '-c', 'cat; echo oops >&2; exit 3'], { input: 'in\n\n' });
  expect(result).toEqual({ stdout: 'in\n\n', stderr: 'oops\n', exitCode: 3 });
});

test('run: a failure carries what the command said, a missing command its name', async () => {
  await expect(run(['sh', '-c', 'echo reason >&2; exit 2'])).rejects.toThrow(/ended with 2:\nreason/);
  await expect(run(['no-such-command-here'])).rejects.toThrow(/no-such-command-here/);
  await expect(run(['sleep', '5'], { timeout: 20 })).rejects.toThrow(/no end after 20 ms/);
});

test('pipe: either end failing is a failure', async () => {
  expect(await pipe(['printf', 'a b'], ['tr', 'a-z', 'A-Z'])).toBe('A B');
  await expect(pipe(['sh', '-c', 'echo x; exit 1'], ['cat'])).rejects.toThrow();
  await expect(pipe(['echo', 'x'], ['sh', '-c', 'cat >/dev/null; exit 1'])).rejects.toThrow();
});

test('until: the first answer, or a timeout that says what was waited for', async () => {
  let asked = 0;
  const third = async () => (++asked === 3 ? 'yes' : undefined);
  expect(await until(third, { timeout: 1000, every: 1, describe: () => '' })).toBe('yes');
  const never = { timeout: 5, every: 1, describe: () => 'the moon' };
  await expect(until(async () => undefined, never)).rejects.toThrow('the moon');
});

test('limited: results in order, never more than the limit at once, a failure is thrown', async () => {
  let now = 0;
  let most = 0;
  const job = (n: number) => async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5)); // time in which one too many could begin
    now--;
    return n;
  };
  expect(await limited(2, [1, 2, 3, 4, 5].map(job))).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  await expect(limited(2, [job(1), () => Promise.reject(new Error('no'))])).rejects.toThrow('no');
});
