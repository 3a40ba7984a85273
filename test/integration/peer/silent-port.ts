import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { createCleanup } from './support.ts';

const script =
  "require('net').createServer().listen({port: Number(process.argv[1]), host: '127.0.0.1', backlog: 1}, function () { console.log(this.address().port) })";

/** A port whose queue is full: the kernel drops every further SYN, as a dead machine would. By default any port. */
export async function silentPort(cleanup: ReturnType<typeof createCleanup>, wanted = 0): Promise<number> {
  const frozen = spawn(process.execPath, ['-e', script, String(wanted)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanup.add(() => frozen.kill('SIGKILL'));
  const [line] = await once(frozen.stdout, 'data');
  const port = Number(String(line));
  // A stopped process accepts nothing; the connections that still fit into the queue are made here.
  frozen.kill('SIGSTOP');
  for (;;) {
    const filler = connect({ port, host: '127.0.0.1' });
    filler.on('error', () => undefined);
    cleanup.add(() => filler.destroy());
    const connected = await once(filler, 'connect', { signal: AbortSignal.timeout(300) }).then(
      () => true,
      () => false,
    );
    if (!connected) return port;
  }
}
