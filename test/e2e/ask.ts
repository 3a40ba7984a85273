import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lab from '../../lab/lab.ts';
import { type Connection, connect } from '../../src/rpc/connection.ts';
import { loadTls } from '../../src/rpc/tls.ts';
import { must, type NodeName } from './support.ts';

/** A talk with a machine's peer from here, as that machine's own command has: for what is too quick to start a command for. */
export async function talkTo(node: NodeName): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-e2e-'));
  try {
    const read = async (name: string) => {
      const path = join(folder, name);
      await writeFile(path, await must(node, 'cat', `/etc/covey/tls/${name}`), { mode: 0o600 });
      return path;
    };
    const paths = { ca: await read('ca.pem'), cert: await read('node.pem'), key: await read('node.key') };
    const host = await lab.address(node);
    return connect({ host, port: 7700, name: node }, { tls: await loadTls(paths) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
