import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Store } from './store.ts';

/** What the driver needs of the rest of the peer. */
export interface DriverDeps {
  store: Pick<Store, 'create' | 'remove' | 'exists' | 'list' | 'volumePath'>;
  /**
   * Asked before each mount; its error is Docker's answer. The peer refuses here a replicated volume whose app
   * this node is not the master of. Docker gives up after about 30 s.
   */
  mayMount: (volume: string) => Promise<void>;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

const request = z.object({ Name: z.string().default(''), Opts: z.record(z.string(), z.string()).nullish() });
type DriverRequest = z.infer<typeof request>;
type Call = (request: DriverRequest) => Promise<Record<string, unknown>>;

/** A request of Docker's is a name and a few options; whatever is larger than this is not from Docker. */
const MAX_BODY_BYTES = 64 * 1024;
const CONTENT_TYPE = 'application/vnd.docker.plugins.v1.2+json';

/**
 * Docker's volume plugin protocol, version 1, over the store: https://docs.docker.com/engine/extend/plugins_volume/.
 * Answers are HTTP 200 with `Err` empty or saying what is wrong; an unknown call is 404. It never throws.
 */
export function volumeDriver(
  deps: DriverDeps,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  const calls = driverCalls(deps);
  return async (message, response) => {
    const name = (message.url ?? '').replace(/^\//, '');
    const call = calls.get(name);
    if (!call || message.method !== 'POST') {
      send(response, 404, { Err: `covey's volume driver has no ${message.method} /${name}` });
      return;
    }
    let volume: string | undefined;
    try {
      const body = parse(await readBody(message));
      volume = body.Name;
      send(response, 200, { Err: '', ...(await call(body)) });
    } catch (thrown) {
      const error = asCoveyError(thrown);
      deps.log.error({ call: name, volume, code: error.code, err: error }, error.message);
      send(response, 200, { Err: error.hint ? `${error.message}. ${error.hint}` : error.message });
    }
  };
}

function driverCalls({ store, mayMount, log }: DriverDeps): Map<string, Call> {
  const mountpoint = async (volume: string) => {
    if (await store.exists(volume)) return store.volumePath(volume);
    throw new CoveyError('not-found', `There is no volume ${volume} on this node`);
  };
  return new Map<string, Call>([
    ['Plugin.Activate', async () => ({ Implements: ['VolumeDriver'] })],
    ['VolumeDriver.Capabilities', async () => ({ Capabilities: { Scope: 'local' } })],
    [
      'VolumeDriver.Create',
      async ({ Name, Opts }) => {
        const copyOnWrite = readSwitch('copyonwrite', Opts?.copyonwrite ?? 'true');
        if (await store.create(Name, { copyOnWrite }))
          log.info({ volume: Name, copyOnWrite }, 'volume created');
        return {};
      },
    ],
    [
      'VolumeDriver.Remove',
      async ({ Name }) => {
        // Docker asks for what it believes to exist; when it is gone already, what it wanted is the case.
        if (await store.remove(Name)) log.info({ volume: Name }, 'volume removed, its snapshots stay');
        return {};
      },
    ],
    [
      'VolumeDriver.Mount',
      async ({ Name }) => {
        const Mountpoint = await mountpoint(Name);
        await mayMount(Name);
        return { Mountpoint };
      },
    ],
    ['VolumeDriver.Unmount', async () => ({})],
    ['VolumeDriver.Path', async ({ Name }) => ({ Mountpoint: await mountpoint(Name) })],
    [
      'VolumeDriver.Get',
      async ({ Name }) => ({ Volume: { Name, Mountpoint: await mountpoint(Name), Status: {} } }),
    ],
    [
      'VolumeDriver.List',
      async () => ({
        Volumes: (await store.list()).map((Name) => ({ Name, Mountpoint: store.volumePath(Name) })),
      }),
    ],
  ]);
}

function readSwitch(option: string, value: string): boolean {
  const known: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
  const answer = known[value.trim().toLowerCase()];
  if (answer === undefined) {
    throw new CoveyError('invalid', `Option ${option}=${JSON.stringify(value)}: true or false is expected`);
  }
  return answer;
}

function parse(body: string): DriverRequest {
  let json: unknown;
  try {
    json = body.trim() === '' ? {} : JSON.parse(body);
  } catch (error) {
    throw new CoveyError('invalid', 'The request is not JSON', { cause: error });
  }
  const result = request.safeParse(json ?? {});
  if (!result.success) {
    throw new CoveyError(
      'invalid',
      `The request is not one of a volume driver: ${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The rest of a body that is too large is read and thrown away, so that the answer reaches its sender.
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
    if (size > 16 * MAX_BODY_BYTES) message.destroy();
  }
  if (size > MAX_BODY_BYTES)
    throw new CoveyError('invalid', `The request is larger than ${MAX_BODY_BYTES} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': CONTENT_TYPE });
  response.end(JSON.stringify(body));
}
