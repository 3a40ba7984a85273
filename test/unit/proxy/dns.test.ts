import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lookup, serveNames } from '../../../src/proxy/haproxy/dns.ts';

const HOST = '127.0.0.1';
let lookup: Lookup;
let server: Awaited<ReturnType<typeof serveNames>>;
let client: ReturnType<typeof createSocket>;

beforeEach(async () => {
  lookup = (name) => (name === 'foo-web-1' ? { address: '172.18.0.5' } : 'none');
  server = await serveNames({ host: HOST, port: 0 }, (name) => lookup(name));
  client = createSocket('udp4');
  client.bind(0, HOST);
  await once(client, 'listening');
});
afterEach(async () => {
  client.close();
  await server.close();
});

const send = (datagram: Uint8Array) =>
  new Promise<void>((resolve, reject) =>
    client.send(datagram, server.port, HOST, (error) => (error ? reject(error) : resolve())),
  );
const query = (name: string, type: RecordType = 'A', id = 4711) =>
  encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] });
const ask = async (name: string, type: RecordType = 'A') => {
  const [[reply]] = await Promise.all([once(client, 'message'), send(query(name, type))]);
  return decode(reply as Buffer);
};

describe('the names of containers', () => {
  it('are answered with their address, for a second', async () => {
    expect(await ask('foo-web-1')).toMatchObject({
      id: 4711,
      type: 'response',
      rcode: 'NOERROR',
      flag_rd: true,
      questions: [{ name: 'foo-web-1', type: 'A' }],
      answers: [{ name: 'foo-web-1', type: 'A', ttl: 1, data: '172.18.0.5' }],
    });
  });

  it('are the same in any case, and come back as they were asked', async () => {
    const { answers } = await ask('Foo-Web-1');
    expect(answers).toMatchObject([{ name: 'Foo-Web-1', data: '172.18.0.5' }]);
  });

  it.each<RecordType>(['AAAA', 'SRV', 'TXT'])('have no %s record, which is no error', async (type) => {
    expect(await ask('foo-web-1', type)).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });

  it.each<RecordType>(['A', 'AAAA'])('that nobody has do not exist (%s)', async (type) => {
    expect(await ask('bar', type)).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
  });

  it.each<RecordType>(['A', 'AAAA'])('get SERVFAIL while nothing is known (%s)', async (type) => {
    lookup = () => 'unknown';
    expect(await ask('foo-web-1', type)).toMatchObject({ rcode: 'SERVFAIL', answers: [] });
  });

  it('follow what is known', async () => {
    lookup = () => ({ address: '172.18.0.9' });
    expect((await ask('foo-web-1')).answers).toMatchObject([{ data: '172.18.0.9' }]);
  });

  it('have no answer where the address is none of IPv4', async () => {
    lookup = () => ({ address: 'fd00::5' });
    expect(await ask('foo-web-1')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });
});

/** Whether the server still answers; each reply that came before it was to what was sent before. */
const alive = async () => {
  const marker = query('foo-web-1', 'A', 1);
  const replied = new Promise<void>((resolve) => {
    const look = (reply: Buffer) => {
      if (decode(reply).answers?.length !== 1) return;
      client.off('message', look);
      resolve();
    };
    client.on('message', look);
  });
  await Promise.all([replied, send(marker)]);
};

describe('what is no question', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a reply', encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'foo-web-1' }] })],
    ['a query without questions', encode({ type: 'query', id: 1, questions: [] })],
    ['half a query', query('foo-web-1').subarray(0, 15)],
  ])('%s gets no reply, and harms nobody', async (_, datagram) => {
    const replies: Buffer[] = [];
    client.on('message', (reply) => replies.push(reply));
    await send(datagram);
    await alive();
    expect(replies).toHaveLength(1);
  });

  it('may be any bytes, also such as look like a query', async () => {
    const noise = fc.uint8Array({ maxLength: 80 });
    const mutated = fc
      .tuple(fc.nat({ max: 30 }), fc.nat({ max: 255 }), fc.nat({ max: 30 }), fc.nat({ max: 255 }))
      .map(([at, byte, at2, byte2]) => {
        const datagram = Buffer.from(query('foo-web-1'));
        datagram[at % datagram.length] = byte;
        datagram[at2 % datagram.length] = byte2;
        return new Uint8Array(datagram);
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(noise, mutated), async (datagram) => {
        await send(datagram);
        await alive();
      }),
      { numRuns: 500 },
    );
  });
});

it('says where the port is taken', async () => {
  await expect(serveNames({ host: HOST, port: server.port }, lookup)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`${HOST}:${server.port}/udp`),
  });
});
