import { describe, expect, it } from 'vitest';
import { asksForSwap, swapOf } from '../../../src/app/beside.ts';
import { composeSchema } from '../../../src/app/compose.ts';

const FOLDER = '/deploy/foo-1';
const TRUE = { labels: { 'covey.beside': 'true' } };

/** What may be swapped of these services; `before`: of those that run, with the networks and volumes that both have. */
function swap(services: object, before?: object, { folder = FOLDER, ...rest }: Rest = {}) {
  const now = { services, ...rest };
  const about = { folder, now, before: before && { services: before, ...rest } };
  return swapOf(composeSchema.parse(now), about);
}
interface Rest extends Record<string, unknown> {
  folder?: string;
}

const may = (service: object) => {
  const { swap: found, problems } = swap({ api: service, off: { scale: 0 } });
  expect(problems).toEqual([]);
  return found?.services.includes('api') === true;
};

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
    ['where a label says so', TRUE],
    ['where a label says so by a boolean', { labels: { 'covey.beside': true } }],
  ])('%s', (_, service) => expect(may(service)).toBe(true));

  /** In the way, as it is told where a label asks for it all the same. */
  const obstacles: [string, object][] = [
    ['the volume data', { volumes: [{ type: 'volume', source: 'data' }] }],
    // The next container gets it.
    ['the volume /data', { volumes: [{ type: 'volume', target: '/data', read_only: true }] }],
    ['the volume /var/run/docker.sock', { volumes: [{ type: 'bind', source: '/var/run/docker.sock' }] }],
    [`the volume ${FOLDER}2/data`, { volumes: [{ type: 'bind', source: `${FOLDER}2/data` }] }],
    ['volumes_from', { volumes_from: ['web'] }],
    ['container_name', { container_name: 'api' }],
    ['mac_address', { mac_address: '02:42:ac:11:00:02' }],
    ['port 8080 of the machine', { ports: [{ published: '8080', target: 80 }] }],
    ['several replicas', { deploy: { replicas: 2 } }],
    ['the mode "host"', { network_mode: 'host' }],
    ['the mode "service:web"', { pid: 'service:web' }],
    ['a fixed address', { networks: { default: { ipv4_address: '10.0.0.7' } } }],
  ];

  it.each(obstacles)('not with %s', (_, service) => expect(may(service)).toBe(false));

  it.each(obstacles)('nor with %s where a label asks for it: that is told', (what, service) => {
    const fault = `service api: covey.beside "true" and ${what} do not go together: two of its containers run for a moment`;
    expect(swap({ api: { ...service, ...TRUE } }).problems).toEqual([fault]);
  });

  it.each(['false', false])('not where a label says %s', (label) =>
    expect(may({ labels: { 'covey.beside': label } })).toBe(false),
  );

  it('a label that says neither is told', () => {
    const { problems } = swap({ api: { labels: { 'covey.beside': 'maybe' } } });
    expect(problems).toEqual(['service api: covey.beside is "true" or "false", not "maybe"']);
  });

  it("where nobody knows the folder, what is mounted may be anybody's", () => {
    const api = { volumes: [{ type: 'bind', source: `${FOLDER}/a` }] };
    const config = composeSchema.parse({ services: { api } });
    expect(swapOf(config, { folder: undefined, now: config, before: undefined }).swap).toBeNull();
  });
});

describe('of several services', () => {
  const CLUSTER = { networks: { cluster_default: { name: 'cluster_default', external: true } } };
  const onCluster = { networks: { cluster_default: null } };
  const onOwn = { networks: { default: null } };

  it('all are swapped where none finds another one by its name', () => {
    const services = { web: onCluster, shop: onCluster, worker: onOwn };
    expect(swap(services, undefined, CLUSTER).swap).toEqual({
      services: ['web', 'shop', 'worker'],
      kept: [],
      changed: [],
      asked: false,
    });
  });

  it('none is where two share a network of the app, since the name leads to both releases', () => {
    expect(swap({ web: onOwn, api: onOwn }, { web: onOwn, api: onOwn }).swap).toBeNull();
  });

  it('all are where their labels say that this does not matter', () => {
    const web = { ...onOwn, ...TRUE };
    expect(swap({ web, api: web }).swap).toMatchObject({ services: ['web', 'api'], kept: [] });
  });

  const db = { image: 'postgres:16', volumes: [{ type: 'volume', source: 'data', target: '/data' }] };
  const web = (release: string) => ({ image: `web:${release}`, ...TRUE });
  const volumes = { data: { name: 'foo_data', driver: 'ours' } };

  it('those with the label are, where all others stay as they are', () => {
    const found = swap({ web: web('2'), db }, { web: web('1'), db }, { volumes });
    expect(found.swap).toEqual({ services: ['web'], kept: ['db'], changed: [], asked: true });
  });

  it.each<[string, object, object]>([
    ['is another one', { db: { ...db, image: 'postgres:17' } }, { db }],
    ['is new', { db }, {}],
    ['is built, so that nobody knows', { db: { ...db, build: {} } }, { db: { ...db, build: {} } }],
    ['has files of its release', { db: bound('1') }, { db: bound('2') }],
  ])('not where one that %s has no label', (_, now, before) => {
    const found = swap({ web: web('2'), ...now }, { web: web('1'), ...before }, { volumes });
    expect(found.swap?.changed).toEqual(['db']);
  });

  function bound(release: string) {
    const files = { type: 'bind', source: `/deploy/foo-${release}/init.sql` };
    return { ...db, volumes: [...db.volumes, files] };
  }

  it('not where nobody knows what runs', () =>
    expect(swap({ web: web('2'), db }, undefined, { volumes }).swap?.changed).toEqual(['db']));

  it('not where none has the label', () =>
    expect(swap({ web: onOwn, db }, { web: onOwn, db }).swap).toBeNull());
});

it.each([
  [{ services: { web: TRUE, db: {} } }, true],
  [{ services: { web: { labels: { 'covey.beside': 'false' } } } }, false],
  [{ services: 'none' }, false],
])('%j asks to be compared with what runs: %s', (config, asks) => expect(asksForSwap(config)).toBe(asks));
