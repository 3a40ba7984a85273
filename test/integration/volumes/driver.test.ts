import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { volumeDriver } from '../../../src/volumes/driver.ts';
import { type DriverSocket, serveDriver } from '../../../src/volumes/driver-socket.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';

// Not in the folder where a Docker Engine looks: it never forgets a driver that it has once found, and waits 15 s for
// it at every listing of volumes from then on. The lab's engines, which go with the lab, use the driver for real.
let folder: string;
let disk: BtrfsMount;
let store: Store;
let driver: DriverSocket;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-driver-'));
  disk = await makeBtrfs();
  const root = path.join(disk.path, 'store');
  await mkdir(root);
  store = await openStore(root);
  const log = { info: () => undefined, error: () => undefined };
  const listener = volumeDriver({ store, mayMount: async () => undefined, log });
  driver = await serveDriver('anybox/buttervolume:latest', listener, { folder });
}, 120_000);
afterAll(async () => {
  await driver.close();
  await disk.dispose();
  await rm(folder, { recursive: true });
});

function call(name: string, body: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: driver.socket, path: `/VolumeDriver.${name}`, method: 'POST' },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

it('keeps what is written under a mountpoint, in subvolumes as Buttervolume has them', async () => {
  const created = await Promise.all([
    call('Create', { Name: 'db' }),
    call('Create', { Name: 'db', Opts: {} }),
  ]);
  expect(created).toEqual([{ Err: '' }, { Err: '' }]);
  const Mountpoint = path.join(disk.path, 'store', 'volumes', 'db');
  expect(await call('Mount', { Name: 'db', ID: 'one' })).toEqual({ Err: '', Mountpoint });
  await writeFile(path.join(Mountpoint, 'row'), 'data');
  await call('Unmount', { Name: 'db', ID: 'one' });
  expect(await call('Create', { Name: 'db' })).toEqual({ Err: '' });
  expect(await readFile(path.join(Mountpoint, 'row'), 'utf8')).toBe('data');
  expect(await call('List', {})).toEqual({ Err: '', Volumes: [{ Name: 'db', Mountpoint }] });
  const snapshot = await store.snapshot('db');
  expect(await call('Remove', { Name: 'db' })).toEqual({ Err: '' });
  expect(await call('Get', { Name: 'db' })).toEqual({ Err: expect.stringContaining('no volume db') });
  expect((await store.newest('db'))?.name).toBe(snapshot);
});

it('makes a volume without copy on write', async () => {
  expect(await call('Create', { Name: 'nocow', Opts: { copyonwrite: 'false' } })).toEqual({ Err: '' });
  expect((await run('lsattr', ['-d', store.volumePath('nocow')])).stdout.split(' ')[0]).toContain('C');
});

it('leaves a plain folder alone, whatever Docker asks', async () => {
  const plain = path.join(disk.path, 'store', 'volumes', 'plain');
  await mkdir(plain);
  await writeFile(path.join(plain, 'data'), 'x');
  for (const name of ['Create', 'Remove']) {
    expect(await call(name, { Name: 'plain' })).toEqual({
      Err: expect.stringContaining('not a BTRFS subvolume'),
    });
  }
  expect(await call('Mount', { Name: 'plain' })).toEqual({ Err: expect.stringContaining('no volume plain') });
  expect(await readdir(plain)).toEqual(['data']);
});
