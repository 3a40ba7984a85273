import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, until } from '../../../lab/run.ts';
import { images } from '../../../lab/settings.ts';
import { type Lookup, serveNames } from '../../../src/proxy/haproxy/dns.ts';
import { initCa, issue } from '../../../src/rpc/ca.ts';
import { visitTls } from './visitors.ts';

/** A CA with an ACME server, as an operator has one within a company. */
export interface AcmeCa {
  /** URL of the directory, for containers of the network. */
  directory: string;
  /** PEM file of the root that the ACME server's own certificate has. */
  serverRoot: string;
  /** PEM text of the root of what it issues. */
  root: string;
  /** How many certificates it has issued. */
  issued(): Promise<number>;
  dispose(): Promise<void>;
}

const HOST = 'acme-ca';
const PORT = 14_000;
const MANAGEMENT = 15_000;

/** Pebble on a network of Docker's. It finds the hosts that it challenges by `lookup`, on their usual ports. */
export async function startAcmeCa(network: string, lookup: Lookup): Promise<AcmeCa> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'covey-acme-'));
  started.defer(() => rm(folder, { recursive: true }));
  const { cert: serverRoot } = await initCa({ dir: folder });
  await issue({ name: HOST, role: 'peer', dir: folder, out: folder });
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble: settings }));

  const format = '{{(index .IPAM.Config 0).Gateway}}';
  const gateway = (await run(['docker', 'network', 'inspect', '--format', format, network])).trim();
  const names = await serveNames({ host: gateway, port: 0 }, lookup);
  started.defer(() => names.close());

  const id = await run([
    ...['docker', 'run', '--detach', '--network', network, '--network-alias', HOST],
    ...['--user', `${process.getuid?.()}:${process.getgid?.()}`, '--volume', `${folder}:/etc/pebble:ro`],
    ...['--publish', `127.0.0.1::${MANAGEMENT}`],
    // at once, and each certificate by a challenge of its own
    ...['--env', 'PEBBLE_VA_NOSLEEP=1', '--env', 'PEBBLE_AUTHZREUSE=0'],
    ...[images.pebble, '-config', '/etc/pebble/pebble.json', '-dnsserver', `${gateway}:${names.port}`],
  ]);
  started.defer(async () => {
    await run(['docker', 'rm', '--force', '--volumes', id]);
  });
  const published = await run(['docker', 'port', id, `${MANAGEMENT}/tcp`]);
  const port = Number(/:(\d+)$/m.exec(published)?.[1]);
  const ca = await readFile(serverRoot, 'utf8');
  const root = await until(() => asked(port, '/roots/0', ca).catch(() => undefined), {
    ...{ timeout: 30_000, every: 50 },
    describe: () => 'the CA does not answer; the log of its container says why',
  });
  const parts = started.move();
  return {
    directory: `https://${HOST}:${PORT}/dir`,
    serverRoot,
    root,
    issued: async () => (await run(['docker', 'logs', id])).split('Issued certificate serial').length - 1,
    dispose: () => parts.disposeAsync(),
  };
}

const settings = {
  listenAddress: `0.0.0.0:${PORT}`,
  managementListenAddress: `0.0.0.0:${MANAGEMENT}`,
  certificate: '/etc/pebble/node.pem',
  privateKey: '/etc/pebble/node.key',
  httpPort: 80,
  tlsPort: 443,
  retryAfter: { authz: 1, order: 1 },
};

/** What Pebble's management interface answers. */
async function asked(port: number, path: string, ca: string): Promise<string> {
  const { status, body } = await visitTls(port, HOST, [ca], path);
  if (status !== 200) throw new Error(`the CA answers ${path} with ${status}`);
  return body;
}
