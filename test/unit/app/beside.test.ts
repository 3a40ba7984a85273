import { describe, expect, it } from 'vitest';
import { mayRunBeside } from '../../../src/app/beside.ts';
import { composeSchema } from '../../../src/app/compose.ts';

const FOLDER = '/deploy/foo-1';
const may = (service: object, folder: string | undefined = FOLDER) =>
  mayRunBeside(composeSchema.parse({ services: { api: service, off: { scale: 0 } } }), folder);

describe('two containers of a service may run at once', () => {
  it.each<[string, object]>([
    ['where it has nothing', {}],
    ['where what it mounts is read only', { volumes: [{ type: 'volume', source: 'data', read_only: true }] }],
    [
      'where it mounts files of its own release',
      { volumes: [{ type: 'bind', source: `${FOLDER}/nginx.conf` }] },
    ],
    ['where it writes to memory', { volumes: [{ type: 'tmpfs' }] }],
    ['where it opens a port that Docker chooses', { ports: [{ target: 80 }] }],
    ['on networks', { networks: { default: null, cluster_default: { aliases: ['api'] } } }],
    ['where a label says so', { labels: { 'covey.beside': 'true' } }],
  ])('%s', (_, service) => expect(may(service)).toBe(true));

  it.each<[string, object]>([
    ['has a volume', { volumes: [{ type: 'volume', source: 'data' }] }],
    [
      'has a volume without a name, which the next one gets',
      { volumes: [{ type: 'volume', read_only: true }] },
    ],
    ['mounts what is not its release', { volumes: [{ type: 'bind', source: '/var/run/docker.sock' }] }],
    ['mounts what is another release', { volumes: [{ type: 'bind', source: `${FOLDER}2/data` }] }],
    ['takes volumes from another', { volumes_from: ['web'] }],
    ['has a name of its own', { container_name: 'api' }],
    ['opens a port of the machine', { ports: [{ published: '8080', target: 80 }] }],
    ['has several containers', { deploy: { replicas: 2 } }],
    ['has the network of the machine', { network_mode: 'host' }],
    ['shares the processes of another', { pid: 'service:web' }],
    ['has an address', { networks: { default: { ipv4_address: '10.0.0.7' } } }],
    ['may not, as a label says', { labels: { 'covey.beside': 'false' } }],
    ['may not, as a label says by a boolean', { labels: { 'covey.beside': false } }],
  ])('not where it %s', (_, service) => expect(may(service)).toBe(false));

  it("where nobody knows the folder, what is mounted may be anybody's", () => {
    expect(
      mayRunBeside(
        composeSchema.parse({ services: { web: { volumes: [{ type: 'bind', source: `${FOLDER}/a` }] } } }),
        undefined,
      ),
    ).toBe(false);
  });
});
