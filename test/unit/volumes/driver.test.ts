import { link, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { type DriverDeps, volumeDriver } from '../../../src/volumes/driver.ts';
import { type DriverSocket, driverSocketPath, serveDriver } from '../../../src/volumes/driver-socket.ts';
import { assertVolumeName } from '../../../src/volumes/snapshot-name.ts';

const NAME = 'anybox/buttervolume:latest';
let folder: string;
let served: DriverSocket | null;
let volumes: Map<string, boolean>;
let mayMount: DriverDeps['mayMount'];
let agent: Agent;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-driver-'));
  volumes = new Map();
  mayMount = async () => undefined;
  agent = new Agent({ keepAlive: true });
  served = await serveDriver(NAME, volumeDriver(deps()), { folder });
});
afterEach(async () => {
  agent.destroy();
  await served?.close();
  await rm(folder, { recursive: true });
});

/** A store in memory; the one on BTRFS is driven through the same protocol in the integration test. */
function deps(): DriverDeps {
  const volumePath = (volume: string) => {
    assertVolumeName(volume);
    return `/store/${volume}`;
  };
  return {
    mayMount: (volume) => mayMount(volume),
    log: { info: () => undefined, error: () => undefined },
    store: {
      volumePath,
      create: async (volume, options) => {
        volumePath(volume);
        if (volumes.has(volume)) return false;
        volumes.set(volume, options?.copyOnWrite ?? true);
        return true;
      },
      remove: async (volume) => volumes.delete(volume),
      exists: async (volume) => volumePath(volume) !== '' && volumes.has(volume),
      list: async () => [...volumes.keys()],
    },
  };
}

function call(
  name: string,
  body: unknown = {},
  method = 'POST',
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const socketPath = path.join(folder, `${NAME}.sock`);
    const call = request({ socketPath, path: `/${name}`, method, agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    call.on('error', reject);
    call.end(sent);
  });
}

const answer = async (name: string, body?: unknown) => {
  const { status, body: said } = await call(name, body);
  expect(status).toBe(200);
  return said;
};

describe('the protocol', () => {
  it("activates, with Docker's body of null, and tells its scope", async () => {
    expect(await answer('Plugin.Activate', 'null')).toEqual({ Err: '', Implements: ['VolumeDriver'] });
    expect(await answer('Plugin.Activate', '')).toMatchObject({ Implements: ['VolumeDriver'] });
    expect(await answer('VolumeDriver.Capabilities')).toEqual({ Err: '', Capabilities: { Scope: 'local' } });
  });

  it('creates again and again, finds, lists, mounts, unmounts and removes', async () => {
    for (let i = 0; i < 2; i++)
      expect(await answer('VolumeDriver.Create', { Name: 'db', Opts: null })).toEqual({ Err: '' });
    expect(await answer('VolumeDriver.Get', { Name: 'db' })).toEqual({
      Err: '',
      Volume: { Name: 'db', Mountpoint: '/store/db', Status: {} },
    });
    expect(await answer('VolumeDriver.List')).toEqual({
      Err: '',
      Volumes: [{ Name: 'db', Mountpoint: '/store/db' }],
    });
    expect(await answer('VolumeDriver.Path', { Name: 'db' })).toEqual({ Err: '', Mountpoint: '/store/db' });
    expect(await answer('VolumeDriver.Mount', { Name: 'db', ID: 'x' })).toEqual({
      Err: '',
      Mountpoint: '/store/db',
    });
    expect(await answer('VolumeDriver.Unmount', { Name: 'db', ID: 'x' })).toEqual({ Err: '' });
    for (let i = 0; i < 2; i++)
      expect(await answer('VolumeDriver.Remove', { Name: 'db' })).toEqual({ Err: '' });
    expect(volumes.size).toBe(0);
  });

  it.each([
    ['false', false],
    ['False', false],
    ['true', true],
    ['1', true],
  ])('takes copyonwrite=%s', async (value, expected) => {
    await answer('VolumeDriver.Create', { Name: 'db', Opts: { copyonwrite: value } });
    expect(volumes.get('db')).toBe(expected);
  });

  it.each([
    ['VolumeDriver.Create', { Name: 'a@b' }, '"@" is illegal'],
    ['VolumeDriver.Create', { Name: '' }, 'Volume name "": it is empty'],
    ['VolumeDriver.Create', { Name: '../up' }, '"/" is illegal'],
    [
      'VolumeDriver.Create',
      { Name: 'db', Opts: { copyonwrite: 'maybe' } },
      'Option copyonwrite="maybe": true or false is expected',
    ],
    ['VolumeDriver.Create', { Name: 3 }, 'The request is not one of a volume driver'],
    ['VolumeDriver.Create', 'no json', 'The request is not JSON'],
    ['VolumeDriver.Create', `{"Name":"${'x'.repeat(70_000)}"}`, 'The request is larger than 65536 bytes'],
    ['VolumeDriver.Mount', { Name: 'nothing' }, 'There is no volume nothing on this node'],
    ['VolumeDriver.Path', { Name: 'nothing' }, 'no volume nothing'],
    ['VolumeDriver.Get', { Name: 'nothing' }, 'no volume nothing'],
  ])('%s %j says what is wrong', async (name, body, why) => {
    expect(await answer(name, body)).toEqual({ Err: expect.stringContaining(why) });
  });

  it('asks before it mounts, and passes the refusal on', async () => {
    volumes.set('db', true);
    mayMount = async (volume) => {
      throw new CoveyError('refused', `${volume} belongs to node2`, { hint: 'Deploy it here first' });
    };
    expect(await answer('VolumeDriver.Mount', { Name: 'db' })).toEqual({
      Err: 'db belongs to node2. Deploy it here first',
    });
  });

  it('does not know other calls', async () => {
    expect((await call('VolumeDriver.Explode')).status).toBe(404);
    expect((await call('VolumeDriver.List', '', 'GET')).status).toBe(404);
  });
});

describe('the socket', () => {
  it('is for root alone', async () => {
    expect(((await stat(path.join(folder, `${NAME}.sock`))).mode & 0o777).toString(8)).toBe('600');
  });

  it('is not taken from a living server, which goes on', async () => {
    await expect(serveDriver(NAME, () => undefined, { folder })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Another process already serves the volume driver'),
      hint: expect.stringContaining('Buttervolume'),
    });
    expect(await answer('VolumeDriver.Capabilities')).toMatchObject({ Err: '' });
  });

  it('of a crashed server is replaced', async () => {
    const stale = path.join(folder, 'gone.sock');
    await leaveSocket(stale);
    const replaced = await serveDriver('gone', volumeDriver(deps()), { folder });
    await replaced.close();
    await expect(stat(stale)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not replace a file', async () => {
    await writeFile(path.join(folder, 'file.sock'), 'x');
    await expect(serveDriver('file', () => undefined, { folder })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('file.sock is in the way: it is not a socket'),
    });
  });

  it('waits for a running call when it closes', async () => {
    volumes.set('db', true);
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    mayMount = async () => {
      asked.resolve();
      await go.promise;
    };
    const mounting = answer('VolumeDriver.Mount', { Name: 'db' });
    await asked.promise;
    let closed = false;
    const closing = served?.close().then(() => {
      closed = true;
    });
    served = null;
    // A round trip through the event loop's poll phase: an unfinished close would show here.
    await stat(folder);
    expect(closed).toBe(false);
    go.resolve();
    expect(await mounting).toEqual({ Err: '', Mountpoint: '/store/db' });
    agent.destroy();
    await closing;
  });

  it.each(['', '..', 'a/../b', 'a/b/c', '/a', 'a b', 'x'.repeat(120)])('name %j is refused', (name) => {
    const why =
      name.length > 100 ? 'is too long for the path of a socket' : 'cannot be the name of a volume driver';
    expect(() => driverSocketPath(name)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(why) }),
    );
  });

  it('lies where Docker looks', () => {
    expect(driverSocketPath(NAME)).toBe('/run/docker/plugins/anybox/buttervolume:latest.sock');
  });
});

/** A socket file that nobody listens on: hard-linked away while it is served, put back after. */
async function leaveSocket(at: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${at}.live`, resolve));
  await link(`${at}.live`, at);
  await new Promise((resolve) => server.close(resolve));
}
