import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { expect, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';

export const PORT = 8080;

/** Docker's default network, where this machine and the proxies of a test reach the containers. */
export const NETWORK = 'bridge';

/** By SIGUSR2 it begins to listen; `/slow` is answered by `/go`, `/never` is not answered; the rest tells how many wait. */
const SERVER = `
const waiting = [];
const server = require('node:http').createServer(({ url }, response) => {
  if (url === '/slow') return waiting.push(response);
  if (url === process.env.SILENT) return;
  if (url === '/go') for (const one of waiting.splice(0)) one.end('slow');
  response.statusCode = Number(process.env.STATUS ?? 200);
  response.end(String(waiting.length));
});
const listen = () => server.listen(${PORT}, '0.0.0.0');
if (process.env.LATE) process.on('SIGUSR2', listen);
else listen();
console.log('ready');
setInterval(() => undefined, 60_000);
// a twentieth of a processor, as something that starts and waits for a disk
if (process.env.BUSY) setInterval(() => { for (const end = Date.now() + 15; Date.now() < end; ); }, 200);
`;

/** A container as compose would have made it for a project of its own. */
export interface AppContainer {
  project: string;
  name: string;
  address: string;
  ask(path: string): Promise<string>;
  /** Has it listen, where it was to begin late. */
  listen(): Promise<unknown>;
  remove(): Promise<void>;
}

/** Needs the images of the lab. @param env `LATE=1`: it does not listen yet; `SILENT=/`: it does not answer that path; `BUSY=1`: it works */
export async function startApp(env: Readonly<Record<string, string>> = {}): Promise<AppContainer> {
  const engine = makeEngine();
  const project = `coveytest${randomBytes(3).toString('hex')}`;
  const name = `covey-test-${project}-web-1`;
  await run('docker', [
    ...['run', '--detach', '--name', name, '--label', `com.docker.compose.project=${project}`],
    ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...['--entrypoint', 'node', 'node:24-trixie-slim', '-e', SERVER],
  ]);
  // It has to know the signal before it gets it.
  await vi.waitFor(async () => expect(await engine.logs(name, { lines: 1 })).toContain('ready'), 30_000);
  const address = (await engine.container(name))?.networks[NETWORK] ?? '';
  return {
    project,
    name,
    address,
    ask: (path) =>
      new Promise((resolve, reject) => {
        get({ host: address, port: PORT, path, agent: false }, (response) => {
          let body = '';
          response.on('data', (data) => (body += data)).on('end', () => resolve(body));
        }).on('error', reject);
      }),
    listen: () => run('docker', ['kill', '--signal', 'USR2', name]),
    remove: () => engine.removeContainer(name, { force: true }),
  };
}
