import { expect, test } from 'vitest';
import { exclusive } from '../../../lab/exclusive.ts';

test('one at a time, in spite of failures, and whoever waits is told', async () => {
  const name = `covey-test-${process.pid}`;
  const said: string[] = [];
  let inside = 0;
  const job = (fails: boolean) =>
    exclusive(
      name,
      (line) => said.push(line),
      undefined,
      async () => {
        inside++;
        expect(inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 10)); // time in which another could come in
        inside--;
        if (fails) throw new Error('on purpose');
        return 'done';
      },
    );
  const results = await Promise.allSettled([job(false), job(true), job(false)]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(said[0]).toContain('waiting');
});

test('waiting ends with the signal', async () => {
  const name = `covey-test-${process.pid}-b`;
  const quiet = () => undefined;
  await exclusive(name, quiet, undefined, async () => {
    const waiting = exclusive(name, quiet, AbortSignal.timeout(20), async () => 'never');
    await expect(waiting).rejects.toThrow();
  });
});
