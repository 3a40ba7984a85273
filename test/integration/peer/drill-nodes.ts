import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { CoveyError } from '../../../src/errors.ts';
import type { App } from '../../../src/generated/covey/v1/App.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { Node } from '../../../src/generated/covey/v1/Node.ts';
import { certificates, plan, start } from './cli-runs.ts';

export const shop = (more: App = {}): App => ({
  ...{
    name: 'shop',
    repo: 'https://git.example.com/shop',
    branch: 'master',
    master: 'node1',
    slave: 'node2',
  },
  urls: ['http://shop.lab', 'https://shop.lab'],
  ...more,
});

const PAGE = 'the page of the shop\n';

/** A node whose ports 80 and 443 serve a site. */
interface FakeNode {
  name: string;
  address: string;
  /** What visitors get. */
  status: number;
  seen: number;
  close(): Promise<void>;
}

/** Three nodes that serve the shop, on addresses of loopback that nobody else has, and a peer whose deploys move it. */
export async function startCluster(
  app: App = shop(),
  deploy: (turn: number) => Promise<void> = async () => {},
) {
  const nodes = await Promise.all(['node1', 'node2', 'node3'].map(startNode));
  const requests: DeployRequest[] = [];
  const served = await start({
    Apps: async () => ({ apps: [app] }),
    Nodes: async () => ({
      nodes: nodes.map(({ name, address }): Node => ({ name, address, state: 'alive', version: '1' })),
    }),
    async *Deploy(request, { signal }) {
      requests.push(request);
      yield { plan };
      const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
      await Promise.race([deploy(requests.length), aborted]);
      Object.assign(app, { master: request.master, slave: request.slave });
      yield { outcome: { app: 'shop', deployId: 'id-1', generation: 42, sentBytes: 1_500_000 } };
    },
  });
  return {
    nodes,
    requests,
    served,
    /** "master/slave" of each deploy, in order. */
    deploys: () => requests.map(({ master, slave }) => `${master}/${slave}`),
    end: () => Promise.all(nodes.map((node) => node.close())),
  };
}

export const broken = (): never => {
  throw new CoveyError('unavailable', 'no way to node2', { hint: 'Look at the cable.' });
};

async function startNode(name: string): Promise<FakeNode> {
  const address = `127.${randomInt(10, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`;
  const read = (file: string) => readFile(join(certificates.dir('node1'), file));
  const tls = { cert: await read('node.pem'), key: await read('node.key'), allowHTTP1: true };
  const sockets = new Set<Socket>();
  const node: FakeNode = {
    ...{ name, address, status: 200, seen: 0 },
    close: async () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  const answer = (_: unknown, response: { statusCode: number; end(body: string): void }) => {
    node.seen += 1;
    response.statusCode = node.status;
    response.end(PAGE);
  };
  const servers: Server[] = [createServer(answer), createSecureServer(tls, answer)];
  for (const [index, server] of servers.entries()) {
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    server.listen(index === 0 ? 80 : 443, address);
    await once(server, 'listening');
  }
  return node;
}
