import { EventEmitter } from 'node:events';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { adaptUnary } from '../../../src/rpc/adapt.ts';

test('who shows a certificate without a role gets nowhere', async () => {
  const failures: string[] = [];
  const adapted = adaptUnary(async () => expect.unreachable(), {
    plaintext: false,
    roles: ['operator'],
    stopping: new AbortController().signal,
    watchCall: () => () => undefined,
    failed: (_path, _caller, { message }) => failures.push(message),
  });
  const call = Object.assign(new EventEmitter(), {
    getPath: () => '/covey.v1.Cluster/Apps',
    getAuthContext: () => ({ sslPeerCertificate: { subject: { CN: 'web.example.com' } } }),
  }) as unknown as Parameters<typeof adapted>[0];
  const answer = await new Promise((resolve) => adapted(call, resolve));
  const details = 'A caller without a role may not call /covey.v1.Cluster/Apps';
  expect(answer).toMatchObject({ code: status.PERMISSION_DENIED, details });
  expect(failures).toEqual([details]);
});
