import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificates, internalRoot } from '../../../src/handlers/certificates.ts';
import { createLogger } from '../../../src/logger.ts';
import { createGivers } from '../../../src/peer/certificates/givers.ts';
import { createCertificateTaker } from '../../../src/peer/certificates/take.ts';
import type { SiteCertificate } from '../../../src/proxy/certificates/names.ts';
import { type CaddyStorage, openCaddyStorage } from '../../../src/proxy/certificates/storage.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { connect } from '../../../src/rpc/connection.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { type Authority, makeAuthority } from '../../support/certificates.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

const HOSTS = ['a.example.com', 'b.example.com'];
const { signal } = new AbortController();
let tls: Awaited<ReturnType<typeof createCertificates>>;
let giver: TlsMaterial;
let taker: TlsMaterial;
let operator: TlsMaterial;
let ca: Authority;
beforeAll(async () => {
  tls = await createCertificates();
  [giver, taker] = [await tls.of('giver'), await tls.of('taker')];
  operator = await tls.of('alice', 'operator');
  ca = await makeAuthority();
});
afterAll(() => tls.remove());
const cleanup = createCleanup();
afterEach(() => cleanup.run());

let folder: string;
/** What the Caddys of the two nodes keep. */
let given: CaddyStorage;
let taken: CaddyStorage;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-certificates-'));
  cleanup.add(() => rm(folder, { recursive: true }));
  for (const name of ['given', 'taken']) await mkdir(join(folder, name));
  [given, taken] = [
    openCaddyStorage(join(folder, 'given/caddy')),
    openCaddyStorage(join(folder, 'taken/caddy')),
  ];
});

/** A node that gives, over TLS or not, and what another one takes by. */
async function cluster({
  more = {},
  material = giver,
  own = taker,
}: {
  more?: Partial<Handlers['Peer']>;
  material?: TlsMaterial | 'plaintext';
  own?: TlsMaterial;
} = {}) {
  const said: string[] = [];
  const logger = createLogger({ level: 'trace' }, { write: (line: string) => void said.push(line) });
  const encrypted = material !== 'plaintext';
  const here = { storage: given, encrypted };
  const Peer = { Certificates: certificates(here), InternalRoot: internalRoot(here), ...more };
  const server = await startServer(encrypted ? material : undefined, { Peer }, { logger });
  cleanup.add(() => server.stop(0));
  const channels = createChannels({ tls: encrypted ? own : undefined });
  cleanup.add(() => channels.close());
  const address = async (node: string) => (node === 'giver' ? '127.0.0.1' : undefined);
  const givers = createGivers({ channels, port: server.port, address });
  const take = createCertificateTaker({ storage: taken, givers });
  return { port: server.port, givers, take: (node = 'giver') => take(node, HOSTS, signal), said };
}

const nothingTaken = async () => expect(await readdir(join(folder, 'taken'))).toEqual([]);

describe('certificates that another node has', () => {
  it('are taken with their keys, once', async () => {
    const all = [await ca.certificate('a.example.com'), await ca.certificate('b.example.com')];
    for (const each of [...all, await ca.certificate('c.example.com')]) await given.keep(each);
    const { take, said } = await cluster();
    const outcomes = (outcome: string) => all.map(({ host, issuer }) => ({ host, issuer, outcome }));
    expect(await take()).toEqual(outcomes('kept'));
    expect(await taken.certificates([...HOSTS, 'c.example.com'])).toEqual(all);
    expect(await take()).toEqual(outcomes('is here'));
    expect(said.join('')).not.toMatch(/PRIVATE|redacted/);
  });

  it('need not be there', async () => {
    const { take } = await cluster();
    expect(await take()).toEqual([]);
    await nothingTaken();
  });

  it('are not taken where nobody asked for them', async () => {
    const wrong = { ...(await ca.certificate('a.example.com')), host: '../../secret' };
    const { take, said } = await cluster({
      more: {
        Certificates: async function* () {
          yield wrong satisfies SiteCertificate;
        },
      },
    });
    const message = 'What another node gave for "local/../../secret" is no certificate that was asked for.';
    await expect(take()).rejects.toMatchObject({ code: 'invalid', message });
    await nothingTaken();
    expect(said.join('')).not.toMatch(/PRIVATE|redacted/);
  });

  it('are not taken from a node that is not there, nor where Caddy keeps none', async () => {
    await given.keep(await ca.certificate('a.example.com'));
    const { take } = await cluster();
    await expect(take('nobody')).rejects.toMatchObject({ code: 'not-found' });
    await rm(join(folder, 'taken'), { recursive: true });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: "The peer does not see the folder of Caddy's certificates.",
    });
  });
});

describe('the internal root', () => {
  it('is given by its fingerprint', async () => {
    await given.placeRoot(ca.root);
    const { givers, said } = await cluster();
    expect(await givers.root('giver', ca.root.fingerprint, signal)).toEqual(ca.root);
    const other = (await makeAuthority()).root.fingerprint;
    await expect(givers.root('giver', other, signal)).rejects.toMatchObject({ code: 'not-found' });
    expect(said.join('')).not.toMatch(/PRIVATE|redacted/);
  });

  it('that is another one, or whose key is not its own, is not taken', async () => {
    const { root } = await makeAuthority();
    const { givers } = await cluster({ more: { InternalRoot: async () => ({ ...ca.root, key: root.key }) } });
    for (const fingerprint of [ca.root.fingerprint, root.fingerprint]) {
      await expect(givers.root('giver', fingerprint, signal)).rejects.toMatchObject({
        code: 'invalid',
        message: `It is not the root with the fingerprint ${fingerprint}, and its key.`,
      });
    }
  });
});

describe('keys', () => {
  it('are given to no operator', async () => {
    await given.keep(await ca.certificate('a.example.com'));
    await given.placeRoot(ca.root);
    const { port } = await cluster();
    const connection = connect({ host: '127.0.0.1', port, name: 'giver' }, { tls: operator });
    cleanup.add(() => connection.close());
    const { fingerprint } = ca.root;
    await expect(connection.call(peerMethods.InternalRoot, { fingerprint })).rejects.toMatchObject({
      code: 'denied',
    });
    const asked = connection.stream(peerMethods.Certificates, { hosts: HOSTS });
    await expect(Array.fromAsync(asked)).rejects.toMatchObject({ code: 'denied' });
  });

  it('do not leave a node without TLS', async () => {
    await given.keep(await ca.certificate('a.example.com'));
    await given.placeRoot(ca.root);
    const { givers, take } = await cluster({ material: 'plaintext' });
    await expect(take()).rejects.toMatchObject({ code: 'refused' });
    await expect(givers.root('giver', ca.root.fingerprint, signal)).rejects.toMatchObject({
      code: 'refused',
    });
    await nothingTaken();
  });
});
