import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { connect } from '../../../src/rpc/connection.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import {
  clusterMethods,
  healthMethods,
  type Method,
  packageDefinition,
  peerMethods,
} from '../../../src/rpc/proto.ts';
import {
  alice,
  apps,
  cleanup,
  client,
  hello,
  keys,
  node1,
  node2,
  start,
  useCertificates,
} from './server-clients.ts';
import { createCertificates, handlersWith, startServer } from './support.ts';

useCertificates();

describe('who may call what', () => {
  test('a peer may call everything, and is known by its name', async () => {
    const { port } = await start({ Peer: { Hello: hello }, Cluster: { Apps: apps } });
    const connection = client(port, node2);
    expect(await connection.call(peerMethods.Hello, {})).toMatchObject({
      name: 'node2',
      version: 'peer',
    });
    expect((await connection.call(clusterMethods.Apps, {})).apps).toMatchObject([
      { name: 'node2', generation: 0 },
    ]);
  });

  test('an operator may call Cluster, not Peer', async () => {
    const { port } = await start({ Peer: { Hello: hello }, Cluster: { Apps: apps } });
    const connection = client(port, alice);
    expect((await connection.call(clusterMethods.Apps, {})).apps).toMatchObject([{ name: 'alice' }]);
    await expect(connection.call(peerMethods.Hello, {})).rejects.toMatchObject({
      code: 'denied',
      message: 'alice (operator) may not call /covey.v1.Peer/Hello',
      hint: expect.stringContaining('role peer'),
    });
    const steps = connection.stream(peerMethods.RunStep, {});
    await expect(steps.next()).rejects.toMatchObject({ code: 'denied' });
  });

  test('nobody gets in without a certificate of this cluster', async () => {
    const { port } = await start({ Cluster: { Apps: apps } });
    const strangers = await createCertificates();
    cleanup.add(strangers.remove);
    const stranger = await strangers.of('node2');
    for (const tls of [stranger, { ...stranger, ca: node1.ca }, undefined]) {
      await expect(client(port, tls).call(clusterMethods.Apps, {})).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
    const bare = connectTls({ port, host: '127.0.0.1', ca: node1.ca, ALPNProtocols: ['h2'] });
    bare.resume();
    await expect(once(bare, 'close')).rejects.toThrow(/certificate required/i);
  });

  test("an operator's certificate can't pose as a server, nor one node as another", async () => {
    const posing = await startServer(alice, { Cluster: { Apps: apps } });
    cleanup.add(() => posing.stop(0));
    await expect(client(posing.port, node2).call(clusterMethods.Apps, {})).rejects.toThrow(
      /unsuitable certificate purpose|not that of a peer/,
    );
    const { port } = await start({ Cluster: { Apps: apps } });
    await expect(client(port, node2, 'node3').call(clusterMethods.Apps, {})).rejects.toThrow(
      /is the node "node1" by its certificate, not "node3"/,
    );
    expect(await client(port, node2, 'node1').call(clusterMethods.Apps, {})).toBeDefined();
  });
});

describe('health and reflection', () => {
  test('are there for every certificate', async () => {
    const served = await start({});
    const connection = client(served.port, alice);
    const check = async (service: string) => (await connection.call(healthMethods.Check, { service })).status;
    for (const service of ['', 'covey.v1.Cluster', 'covey.v1.Peer'])
      expect(await check(service)).toBe('SERVING');
    served.setServing(false);
    expect(await check('')).toBe('NOT_SERVING');
    await expect(check('nope')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('reflection lists the services, as grpcurl asks for them', async () => {
    const { port } = await start({});
    const reply = await listServices(port);
    for (const name of ['covey.v1.Cluster', 'covey.v1.Peer', 'grpc.health.v1.Health']) {
      expect(reply).toContain(name);
      expect(Object.keys(packageDefinition)).toContain(name);
    }
  });

  async function listServices(port: number): Promise<string> {
    // ServerReflectionRequest { list_services: "" }, field 7; the reply is searched for the names.
    const method = {
      path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      requestSerialize: () => Buffer.from([0x3a, 0x00]),
      responseDeserialize: (bytes: Buffer) => bytes.toString('latin1'),
    } satisfies Method<object, string>;
    for await (const reply of client(port, alice).stream(method, {})) return reply;
    throw new Error('No reply');
  }
});

describe('stop', () => {
  test('lets running calls finish, and takes no new ones', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const served = await startServer(node1, {
      Cluster: {
        Apps: async () => {
          begun.resolve();
          await gate.promise;
          return { apps: [{ name: 'done' }] };
        },
      },
    });
    const running = client(served.port, alice).call(clusterMethods.Apps, {});
    await begun.promise;
    const stopped = served.stop(5_000);
    await expect(client(served.port, alice).call(clusterMethods.Apps, {})).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await Promise.race([stopped, 'still waiting'])).toBe('still waiting');
    gate.resolve();
    expect((await running).apps).toMatchObject([{ name: 'done' }]);
    await stopped;
  });

  test('aborts what does not finish in time, which may still say why', async () => {
    const begun = Promise.withResolvers<void>();
    const served = await startServer(node1, {
      Cluster: {
        Apps: async (_, { signal }) => {
          begun.resolve();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw signal.reason;
        },
      },
    });
    const running = client(served.port, alice).call(clusterMethods.Apps, {});
    await Promise.all([
      expect(running).rejects.toMatchObject({ code: 'unavailable', message: 'The peer is stopping' }),
      begun.promise.then(() => served.stop(50)),
    ]);
  });
});

describe('plaintext', () => {
  test('is on loopback only, where everybody is a peer', async () => {
    const config = { listen: { host: '0.0.0.0', port: 0 }, insecure: false };
    const served = await startServer(undefined, { Peer: { Hello: hello } }, { config });
    cleanup.add(() => served.stop(0));
    expect(await client(served.port, undefined).call(peerMethods.Hello, {})).toMatchObject({
      version: 'peer',
    });
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry !== undefined && !entry.internal && entry.family === 'IPv4');
    if (outside !== undefined) {
      const connection = connect({ host: outside.address, port: served.port }, { tls: undefined });
      await expect(connection.call(peerMethods.Hello, {})).rejects.toMatchObject({ code: 'unavailable' });
      connection.close();
    }
  });

  test('is everywhere when told to be insecure', async () => {
    const config = { listen: { host: '0.0.0.0', port: 0 }, insecure: true };
    const served = await startServer(undefined, { Peer: { Hello: hello } }, { config });
    cleanup.add(() => served.stop(0));
    for (const entry of Object.values(networkInterfaces()).flat()) {
      if (entry?.family !== 'IPv4') continue;
      const connection = connect({ host: entry.address, port: served.port }, { tls: undefined });
      expect(await connection.call(peerMethods.Hello, {})).toMatchObject({ version: 'peer' });
      connection.close();
    }
  });
});

test('another protocol on the same port gets the bytes, with the same certificates', async () => {
  const { port } = await start(
    { Peer: { Hello: hello } },
    {
      protocols: {
        'test-echo': (socket, caller) => {
          socket.write(`${caller.name} `);
          socket.pipe(socket);
        },
      },
    },
  );
  const open = (protocol: string) =>
    connectTls({ port, host: '127.0.0.1', ...keys(node2), ALPNProtocols: [protocol], servername: 'node1' });
  const socket = open('test-echo');
  socket.end('bytes');
  expect((await socket.setEncoding('utf8').toArray()).join('')).toBe('node2 bytes');
  await expect(once(open('nope').resume(), 'close')).rejects.toThrow(/no application protocol/i);
  expect(await client(port, node2).call(peerMethods.Hello, {})).toMatchObject({ name: 'node2' });
});

test('a port that is taken is an error that names it', async () => {
  const { port } = await start({});
  const config = { listen: { host: '127.0.0.1', port }, insecure: false };
  await expect(startServer(node1, {}, { config })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't listen on 127.0.0.1, port ${port}: `),
  });
});

test('a server does not start without a handler for each method', async () => {
  const { Cluster, Peer } = handlersWith({});
  const { Hello: _, ...without } = Peer;
  const handlers = { Cluster, Peer: without } as Handlers;
  await expect(start({}, { handlers })).rejects.toMatchObject({
    code: 'internal',
    message: 'No handler for /covey.v1.Peer/Hello',
  });
});
