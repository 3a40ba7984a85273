import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Occurrence } from '../../../src/generated/covey/v1/Occurrence.ts';
import type { WatchRequest__Output } from '../../../src/generated/covey/v1/WatchRequest.ts';
import { at, covey, start, useCertificates } from './cli-runs.ts';

useCertificates();

const AT = Date.UTC(2026, 2, 1, 10);
const lost: Occurrence = {
  ...{ kind: 'node.lost', at: AT, node: 'node3', details: { cause: 'peer' } },
  text: 'node3 is \u001b[31mlost\u001b[0m:\nno node reaches its peer',
};

/** A peer that tells this and then nothing more, until the call ends; what it was asked. */
async function telling() {
  const requests: WatchRequest__Output[] = [];
  const served = await start({
    async *Watch(request, { signal }) {
      requests.push(request);
      yield lost;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  return { served, requests };
}

test('a line each, in which nothing steers a terminal, until Ctrl-C', async () => {
  const { served, requests } = await telling();
  const args = ['shop', '--node', 'node3', '--kind', 'node', '--kind', 'app.gone'];
  const watching = covey(['watch', ...args, ...at(served)]);
  await once(watching.stdout, 'data');
  watching.kill('SIGINT');
  expect(await watching).toMatchObject({
    ...{ exitCode: 130, stderr: '' },
    stdout: '2026-03-01T10:00:00.000Z  node.lost            node3 is lost: no node reaches its peer',
  });
  expect(requests).toEqual([{ app: 'shop', node: 'node3', kinds: ['node', 'app.gone'] }]);
});

test('with --json each is a document', async () => {
  const { served } = await telling();
  const watching = covey(['watch', '--json', ...at(served)]);
  await once(watching.stdout, 'data');
  watching.kill('SIGINT');
  expect(JSON.parse((await watching).stdout)).toEqual({ ...lost, app: '' });
});

test('a peer that goes away is an error with its exit status', async () => {
  const { served } = await telling();
  const watching = covey(['watch', ...at(served)]);
  await once(watching.stdout, 'data');
  await served.stop(0);
  const { exitCode, stderr } = await watching;
  expect({ exitCode, stderr }).toEqual({ exitCode: 69, stderr: expect.stringMatching(/^covey: /) });
});
