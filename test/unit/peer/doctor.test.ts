import { expect, it } from 'vitest';
import { askSocket } from '../../../src/peer/doctor/ask-socket.ts';
import type { ExaminerDeps } from '../../../src/peer/doctor/deps.ts';
import { ports } from '../../../src/peer/doctor/ports.ts';

const { signal } = new AbortController();

it('says which socket nobody answers on', async () => {
  const asked = askSocket('/nowhere/caddy.sock', { method: 'GET', path: '/' }, signal);
  await expect(asked).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Nobody answers on /nowhere/caddy.sock.',
  });
});

it('says that it finds no socket where HAProxy is another program, or has no `find`', async () => {
  const deps = {
    config: { haproxyContainer: 'lb', listen: { port: 7700 }, metrics: { enabled: false } },
    engine: { exec: async () => ({ exitCode: 1, stdout: '', stderr: 'no find here' }) },
  } as unknown as Pick<ExaminerDeps, 'config' | 'engine'>;
  await expect(ports(deps).socketsOf('haproxy', signal)).rejects.toMatchObject({
    code: 'failed',
    message: 'No socket of lb is found: no find here',
  });
});
