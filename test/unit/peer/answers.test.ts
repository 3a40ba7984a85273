import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { answers } from '../../../src/peer/answers.ts';

it('a machine is there when its port answers, and when it says that nobody listens', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await answers('127.0.0.1', port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await answers('127.0.0.1', port)).toBe(true);
});

it('no answer is no sign of life', async () => {
  // Nothing goes to a multicast address by TCP.
  expect(await answers('224.0.0.1', 7700)).toBe(false);
});
