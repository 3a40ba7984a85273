import { afterAll, afterEach, beforeAll } from 'vitest';
import { connect } from '../../../src/rpc/connection.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

let certificates: Awaited<ReturnType<typeof createCertificates>>;
export let node1: TlsMaterial;
export let node2: TlsMaterial;
export let alice: TlsMaterial;
export const cleanup = createCleanup();

export async function start(
  given: Parameters<typeof startServer>[1],
  more: Parameters<typeof startServer>[2] = {},
) {
  const served = await startServer(node1, given, more);
  cleanup.add(() => served.stop(0));
  return served;
}

export function client(port: number, tls: TlsMaterial | undefined, name?: string) {
  const target = { host: '127.0.0.1', port, ...(name === undefined ? {} : { name }) };
  const connection = connect(target, { tls });
  cleanup.add(() => connection.close());
  return connection;
}

export const hello: Handlers['Peer']['Hello'] = async (_, { caller }) => ({
  name: caller.name,
  version: caller.role,
});

export const apps: Handlers['Cluster']['Apps'] = async (_, { caller }) => ({ apps: [{ name: caller.name }] });

export function keys({ ca, cert, key }: TlsMaterial) {
  return { ca, cert, key };
}

/** For a file of tests: certificates of two nodes and an operator; what a test started ends after it. */
export function useCertificates(): void {
  beforeAll(async () => {
    certificates = await createCertificates();
    node1 = await certificates.of('node1');
    node2 = await certificates.of('node2');
    alice = await certificates.of('alice', 'operator');
  });
  afterAll(() => certificates.remove());
  afterEach(() => cleanup.run());
}
