import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readContainer } from '../../../src/docker/containers.ts';
import { callDocker, dockerError } from '../../../src/docker/docker-call.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { unframe } from '../../../src/docker/frames.ts';
import { splitImageName } from '../../../src/docker/image-name.ts';
import { CoveyError } from '../../../src/errors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-engine-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('an engine that is not there', () => {
  it('is unavailable, in every call', async () => {
    const engine = makeEngine({ socket: path.join(folder, 'none.sock') });
    const unavailable = { code: 'unavailable', message: expect.stringContaining('none.sock') };
    await expect(engine.containers()).rejects.toMatchObject(unavailable);
    await expect(engine.stopContainer('x')).rejects.toMatchObject(unavailable);
    await expect(engine.removeVolume('x')).rejects.toMatchObject(unavailable);
    await expect(engine.exec('x', ['true'])).rejects.toMatchObject(unavailable);
    await expect(engine.networkExists('x')).rejects.toMatchObject(unavailable);
  });

  it('is watched for until the signal', async () => {
    const engine = makeEngine({ socket: path.join(folder, 'none.sock') });
    const controller = new AbortController();
    const errors: CoveyError[] = [];
    const onError = (error: CoveyError) => {
      errors.push(error);
      if (errors.length === 2) controller.abort();
    };
    for await (const _ of engine.watchContainers({ signal: controller.signal, onError }))
      expect.unreachable();
    expect(errors.map(({ code }) => code)).toEqual(['unavailable', 'unavailable']);
  });
});

it('gives up an engine that hangs', async () => {
  const socket = path.join(folder, 'silent.sock');
  const silent = createServer((client) => client.resume());
  await new Promise<void>((resolve) => silent.listen(socket, resolve));
  const engine = makeEngine({ socket });
  await expect(engine.containers({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    code: 'timeout',
  });
  const controller = new AbortController();
  const asking = engine.containers({ signal: controller.signal });
  controller.abort(new CoveyError('locked', 'the lock is gone'));
  await expect(asking).rejects.toMatchObject({ code: 'locked' });
  await new Promise((resolve) => silent.close(resolve));
});

/** A Docker Engine that answers each path in its own way; unknown ones get 404. */
async function fakeEngine(answers: Record<string, (answer: ServerResponse) => void>) {
  const socket = path.join(folder, 'fake.sock');
  const server = createHttpServer((request, answer) => {
    const [, way] = Object.entries(answers).find(([part]) => request.url?.includes(part)) ?? [];
    if (way) return way(answer);
    answer.writeHead(404).end('{}');
  });
  server.on('upgrade', (_request, stream: Socket) => {
    stream.end('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return { socket, engine: makeEngine({ socket }) };
}

const json = (value: unknown) => (answer: ServerResponse) => {
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

it('tells a command whose connection was lost', async () => {
  const { engine } = await fakeEngine({
    '/containers/c1/exec': json({ Id: 'e1' }),
    '/exec/e1/json': json({ ExitCode: null }),
  });
  await expect(engine.exec('c1', ['pg_dump'])).rejects.toMatchObject({
    code: 'failed',
    message: 'pg_dump in container c1 lost its connection before its end',
  });
});

it('tells a stream of events that has ended, and asks for another', async () => {
  const { engine, socket } = await fakeEngine({
    '/events': (answer) => answer.writeHead(200).end(),
    '/containers/json': json([]),
  });
  const controller = new AbortController();
  const errors: CoveyError[] = [];
  const onError = (error: CoveyError) => {
    errors.push(error);
    if (errors.length === 2) controller.abort();
  };
  for await (const list of engine.watchContainers({ signal: controller.signal, onError }))
    expect(list).toEqual([]);
  const ended = `Docker on ${socket} ended the stream of its events`;
  expect(errors.map(({ message }) => message)).toEqual([ended, ended]);
});

it('gives up what Docker takes too long for', async () => {
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const asking = callDocker('list containers', { socket: '/none', signal: undefined, timeoutMs: 10 }, never);
  await expect(asking).rejects.toMatchObject({
    code: 'timeout',
    message: 'Docker did not list containers within 0.01 s',
  });
});

describe('readContainer', () => {
  const info = {
    Id: 'abc',
    Name: '/foo-web-1',
    Image: 'sha256:1',
    RestartCount: 2,
    State: {
      Status: 'running',
      StartedAt: '2026-01-02T03:04:05.678Z',
      ExitCode: 0,
      Health: { Status: 'starting' },
    },
    Config: {
      Image: 'foo-web',
      Labels: {
        'com.docker.compose.project': 'foo',
        'com.docker.compose.service': 'web',
        'com.docker.compose.container-number': '2',
        'com.docker.compose.project.working_dir': '/deploy/foo-1',
        'com.docker.compose.depends_on': 'db:service_started:false,redis:service_healthy:true',
        'com.docker.compose.oneoff': 'True',
        'com.docker.swarm.service.name': 'shop',
      },
    },
    Mounts: [
      { Type: 'volume', Source: '/var/lib/v', RW: true },
      { Type: 'bind', Source: '/deploy/foo-1/conf', RW: false },
      { Type: 'tmpfs', Source: '', RW: true },
    ],
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
    NetworkSettings: {
      Networks: {
        cluster_default: { IPAddress: '10.1.0.5', Aliases: ['web'] },
        other: { IPAddress: '' },
        third: { IPAddress: '10.3.0.5', Aliases: null },
      },
    },
  } as unknown as Docker.ContainerInspectInfo;

  it('tells what the cluster needs', () => {
    expect(readContainer(info)).toEqual({
      id: 'abc',
      name: 'foo-web-1',
      project: 'foo',
      service: 'web',
      number: 2,
      workingDir: '/deploy/foo-1',
      dependsOn: ['db', 'redis'],
      oneOff: true,
      state: 'running',
      health: 'starting',
      networks: { cluster_default: '10.1.0.5', third: '10.3.0.5' },
      hostNetwork: false,
      aliases: { cluster_default: ['web', 'shop'], third: ['shop'] },
      startedAt: new Date('2026-01-02T03:04:05.678Z'),
      restarts: 2,
      restartable: true,
      alwaysRestarted: true,
      exitCode: 0,
      image: 'foo-web',
      imageId: 'sha256:1',
      mounts: [
        { volume: true, source: '/var/lib/v', writable: true },
        { volume: false, source: '/deploy/foo-1/conf', writable: false },
      ],
    });
  });

  it.each([
    ['', false, false],
    ['no', false, false],
    ['on-failure', true, false],
    ['unless-stopped', true, true],
    ['always', true, true],
  ])('knows what Docker does when it has ended, by the policy "%s"', (Name, restartable, alwaysRestarted) => {
    const HostConfig = { RestartPolicy: { Name } };
    expect(readContainer({ ...info, HostConfig } as Docker.ContainerInspectInfo)).toMatchObject({
      ...{ restartable, alwaysRestarted },
    });
  });

  it('takes one that was never started, and that compose did not make', () => {
    const bare = {
      ...info,
      State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z', ExitCode: 0 },
      Config: { Image: 'x', Labels: null },
      HostConfig: { RestartPolicy: { Name: 'no' } },
      NetworkSettings: { Networks: null },
    } as unknown as Docker.ContainerInspectInfo;
    expect(readContainer(bare)).toMatchObject({
      project: '',
      service: '',
      workingDir: '',
      dependsOn: [],
      oneOff: false,
      health: 'none',
      networks: {},
      startedAt: new Date(0),
      restartable: false,
      alwaysRestarted: false,
    });
  });
});

describe('splitImageName', () => {
  it.each([
    ['a', 'a', 'latest'],
    ['a:1', 'a', '1'],
    ['host:5000/a/b', 'host:5000/a/b', 'latest'],
    ['host:5000/a/b:1.2', 'host:5000/a/b', '1.2'],
  ])('%s', (name, repo, tag) => expect(splitImageName(name)).toEqual({ repo, tag }));
  it('refuses a digest', () => {
    expect(() => splitImageName(`a@sha256:${'0'.repeat(64)}`)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringContaining(' names an image by its digest; it cannot be given'),
      }),
    );
  });
});

it('takes the frames of a log apart', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.alloc(8);
    header.writeUInt8(stream, 0);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  expect(unframe(Buffer.concat([frame(1, 'out\n'), frame(2, 'errö\n')]))).toBe('out\nerrö\n');
  expect(unframe(Buffer.alloc(0))).toBe('');
});

describe('dockerError', () => {
  it.each([
    [
      { statusCode: 404, json: { message: 'No such container: x' } },
      'not-found',
      'Docker could not do it: No such container: x',
    ],
    [{ statusCode: 409, json: { message: 'volume is in use' } }, 'conflict', 'volume is in use'],
    [{ statusCode: 500, message: 'boom' }, 'failed', 'boom'],
    [{ code: 'ECONNREFUSED' }, 'unavailable', 'does not answer'],
    [{ message: 'odd' }, 'failed', 'odd'],
  ])('%j is %s', (thrown, code, message) => {
    expect(dockerError('do it', '/s', thrown)).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
