import { connect, type DetailedPeerCertificate } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type PublishedApp,
  publish,
  rootCertificate,
} from './support.ts';

/** Names that no earlier run has left certificates of. */
const run = Date.now().toString(36);
const MOVING = `moving-${run}.lab`;
const OTHER = `other-${run}.lab`;
const STORAGE = '/data/caddy';

let moving: PublishedApp;
let other: PublishedApp;
/** The cluster's root, PEM. */
let root: string;

interface Shown {
  serial: string;
  /** SHA-256 of the root that it ends in. */
  root: string;
}

/** The certificate that a visitor is shown through a machine, whose root he trusts and no other. */
async function shown(node: string, host: string): Promise<Shown> {
  const via = await lab.address(node);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: via, port: 443, servername: host, ca: root, timeout: 10_000 });
    socket.on('error', reject).on('timeout', () => socket.destroy(new Error('no answer')));
    socket.on('secureConnect', () => {
      let last: DetailedPeerCertificate = socket.getPeerCertificate(true);
      const serial = last.serialNumber;
      while (last.issuerCertificate && last.issuerCertificate !== last) last = last.issuerCertificate;
      socket.destroy();
      resolve({ serial, root: last.fingerprint256 });
    });
  });
}

/** What every machine shows, once it is the same. */
const shownBy = (host: string) =>
  eventually(
    () => Promise.all(NODES.map((node) => shown(node, host))),
    (all) => new Set(all.map(({ serial }) => serial)).size === 1,
  );

beforeAll(async () => {
  moving = await publish('certificates-moving', { compose: composeFile(MOVING) });
  other = await publish('certificates-other', { compose: composeFile(OTHER) });
  await Promise.all([moving, other].map(({ http }) => destroy(http)));
  const roots = await eventually(
    () => Promise.all(NODES.map(rootCertificate)),
    (all) => new Set(all).size === 1,
  );
  root = roots[0] ?? '';
  await Promise.all([
    deploy('node3', moving.http, '--master', 'node1', '--slave', 'node2'),
    deploy('node3', other.http, '--master', 'node2'),
  ]);
});
afterAll(async () => {
  await lab.start('node3');
  // It comes up with its own apps before it takes part in anything.
  await eventually(
    () => covey('node3', 'health'),
    ({ exitCode }) => exitCode === 0,
    180_000,
  );
  await Promise.all([moving, other].map(({ http }) => destroy(http)));
});

describe('internal certificates', () => {
  it('end in one root, whichever node has issued them', async () => {
    const all = [...(await shownBy(MOVING)), ...(await shownBy(OTHER))];
    expect(new Set(all.map((each) => each.root)).size).toBe(1);
    expect(new Set(all.map(({ serial }) => serial)).size).toBe(2);
  });

  it('have a root that any node tells, and whose key only nodes have', async () => {
    for (const node of NODES) {
      expect((await must(node, 'covey', 'ca', 'root')).trim()).toBe(root.trim());
      const key = `${STORAGE}/pki/authorities/local/root.key`;
      const mode = await must(node, 'docker', 'exec', 'covey-caddy', 'stat', '-c', '%a %u', key);
      expect(mode.trim()).toBe('600 0');
    }
    expect(await must('node1', 'consul', 'kv', 'get', 'covey/internal-root')).not.toContain('PRIVATE KEY');
  });
});

describe('the certificate of a site', () => {
  let serial: string;
  const inStorage = (node: string) =>
    must(
      node,
      'docker',
      'exec',
      'covey-caddy',
      'cat',
      `${STORAGE}/certificates/local/${MOVING}/${MOVING}.crt`,
    );

  it('is with the slave too', async () => {
    serial = (await shownBy(MOVING))[0]?.serial ?? '';
    const issued = await inStorage('node1');
    await eventually(
      () => inStorage('node2'),
      (copied) => copied === issued,
      120_000,
    );
  });

  it('goes along when the app moves to another node', async () => {
    const moved = await covey('node2', 'move', moving.name, '--to', 'node3', '--slave', 'node2');
    expect([moved.stderr, moved.exitCode]).toEqual(['', 0]);
    expect((await shownBy(MOVING)).map((each) => each.serial)).toEqual(NODES.map(() => serial));
  });

  it('is there after a reboot', async () => {
    await lab.kill('node3');
    await lab.start('node3');
    const all = await eventually(
      () => Promise.all(NODES.map((node) => shown(node, MOVING))),
      (each) => each.length === NODES.length,
      180_000,
    );
    expect(all.map((each) => each.serial)).toEqual(NODES.map(() => serial));
  });
});
