import { describe, expect, it } from 'vitest';
import { describeRelease, type Source } from '../../../src/app/describe.ts';
import type { CoveyError } from '../../../src/errors.ts';

const DRIVER = 'anybox/buttervolume:latest';
const networks = { cluster_default: { name: 'cluster_default', external: true } };
const site = (host: string) => `http://${host} {\n\treverse_proxy $CONTAINER:80\n}`;

type Service = Record<string, unknown>;
const web = (more: Service = {}): Service => ({ networks: { cluster_default: null }, ...more });

/** A compose file as `docker compose config --format json` prints it. */
const read = (services: Record<string, Service>, rest: object = {}, source: Partial<Source> = {}) =>
  describeRelease({
    config: { name: 'foo', services, networks, ...rest },
    project: 'foo',
    commit: '0123abc',
    driver: DRIVER,
    hasUpdateScript: false,
    ...source,
  });

function refusal(work: () => unknown): CoveyError {
  try {
    work();
  } catch (thrown) {
    return thrown as CoveyError;
  }
  throw new Error('It was not refused.');
}

describe('containers', () => {
  it.each<[string, Service, Record<string, string>]>([
    ['the name that compose gives', {}, { web: 'foo-web-1' }],
    ['container_name', { container_name: 'my-web' }, { web: 'my-web' }],
    ['the first of several', { deploy: { replicas: 3 } }, { web: 'foo-web-1' }],
    ['none of 0 replicas', { deploy: { replicas: 0 } }, {}],
    ['none of scale 0', { scale: 0 }, {}],
    ['one where deploy says nothing of replicas', { deploy: {} }, { web: 'foo-web-1' }],
    [
      'one where environment and networks are null',
      { environment: null, networks: null },
      { web: 'foo-web-1' },
    ],
  ])('%s', (_, service, containers) => {
    expect(read({ web: web(service) }).containers).toEqual(containers);
  });

  it('are those of all services, also of those without a site', () => {
    expect(read({ web: web(), db: {} }).containers).toEqual({ web: 'foo-web-1', db: 'foo-db-1' });
  });
});

describe('CADDYFILE', () => {
  it('gets the name of the container, in all places', () => {
    const caddyfile = 'http://a.example.com {\n\treverse_proxy $CONTAINER:80 $CONTAINER:81\n}';
    const release = read({ web: web({ container_name: 'w', environment: { CADDYFILE: caddyfile } }) });
    expect(release.caddyfile).toBe('http://a.example.com {\n\treverse_proxy w:80 w:81\n}');
  });

  it('gives urls and domains, each once', () => {
    const caddyfile =
      'http://a.example.com, https://a.example.com, https://b.example.com:8443 {\n\trespond ok\n}';
    expect(read({ web: web({ environment: { CADDYFILE: caddyfile } }) })).toMatchObject({
      urls: ['http://a.example.com', 'https://a.example.com', 'https://b.example.com:8443'],
      domains: ['a.example.com', 'b.example.com:8443'],
    });
  });

  it('of several services is joined, each with its own container', () => {
    const release = read({
      web: web({ environment: { CADDYFILE: site('a.example.com') } }),
      api: web({ environment: { CADDYFILE: site('b.example.com') } }),
    });
    expect(release.urls).toEqual(['http://a.example.com', 'http://b.example.com']);
    expect(release.caddyfile).toContain('foo-web-1:80');
    expect(release.caddyfile).toContain('foo-api-1:80');
  });

  it.each<[string, Service]>([
    ['is empty', { CADDYFILE: ' \n' }],
    ['has no value', { CADDYFILE: null }],
    ['is not there', {}],
  ])('that %s means no site', (_, environment) => {
    expect(read({ web: web({ environment }) })).toMatchObject({ caddyfile: '', urls: [], domains: [] });
  });

  it('without $CONTAINER needs neither container nor network', () => {
    const environment = { CADDYFILE: 'http://a.example.com {\n\tredir https://b.example.com\n}' };
    expect(read({ web: { scale: 0, environment } }).urls).toEqual(['http://a.example.com']);
  });

  it('takes the network by its name, whatever the compose file calls it', () => {
    const environment = { CADDYFILE: site('a.example.com') };
    const release = read(
      { web: { networks: { front: null }, environment } },
      { networks: { front: { name: 'cluster_default', external: true } } },
    );
    expect(release.urls).toEqual(['http://a.example.com']);
  });

  it.each<[string, Service, object, RegExp]>([
    ['is on no network', {}, { networks }, /web: CADDYFILE needs .* cluster_default/],
    ['is on another', { networks: { other: null } }, { networks }, /web: CADDYFILE needs .* cluster_default/],
    [
      'is on one that only looks like it',
      { networks: { cluster_default: null } },
      { networks: { cluster_default: { name: 'foo_cluster_default' } } },
      /web: CADDYFILE needs .* cluster_default/,
    ],
    [
      'runs no container',
      { networks: { cluster_default: null }, scale: 0 },
      { networks },
      /web: CADDYFILE needs a container/,
    ],
  ])('with $CONTAINER is refused where the service %s', (_, service, rest, message) => {
    const environment = { CADDYFILE: site('a.example.com') };
    const error = refusal(() => read({ web: { ...service, environment } }, rest));
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(/deploy again/);
  });
});

const port = (peer: number, more: object = {}) =>
  JSON.stringify({
    git: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ port: 22, peer_port: peer, ...more }] },
  });

describe('HAPROXY', () => {
  it('is merged over the services, each with its own container', () => {
    const { haproxy } = read({
      one: web({ environment: { HAPROXY: port(2223) } }),
      two: web({ container_name: 'second', environment: { HAPROXY: port(2224) } }),
    });
    expect(haproxy).toEqual({
      git: {
        frontend: { mode: 'tcp', bind: ['*:2222'] },
        backends: [
          { port: 22, peer_port: 2223, ct: 'foo-one-1' },
          { port: 22, peer_port: 2224, ct: 'second' },
        ],
      },
    });
  });

  it('is empty where there is none', () => {
    expect(read({ web: web() }).haproxy).toEqual({});
  });

  it.each<[string, Service, RegExp]>([
    ['off the network', { environment: { HAPROXY: port(2223) } }, /HAPROXY needs .* cluster_default/],
    [
      'without a container',
      web({ scale: 0, environment: { HAPROXY: port(2223) } }),
      /HAPROXY needs a container/,
    ],
    ['that is no YAML', web({ environment: { HAPROXY: '{' } }), /neither YAML nor JSON/],
  ])('is refused %s', (_, service, message) => {
    expect(refusal(() => read({ web: service })).message).toMatch(message);
  });
});

it('tells every problem at once, service by service', () => {
  const { message } = refusal(() =>
    read(
      {
        one: { environment: { CADDYFILE: site('a.example.com'), HAPROXY: '{' } },
        two: web({ environment: { CADDYFILE: 'http://*.example.com {\n\trespond ok\n}' } }),
        good: web({ environment: { CADDYFILE: site('c.example.com') } }),
      },
      { volumes: { data: { driver: DRIVER, labels: { 'covey.replicate': 'often' } } } },
    ),
  );
  expect(message).toMatch(/service one: CADDYFILE needs/);
  expect(message).toMatch(/service one: HAPROXY is neither/);
  expect(message).toMatch(/service two: .*\*\.example\.com.* is a pattern/);
  expect(message).toMatch(/volume data: label covey\.replicate: "often" is no interval/);
  expect(message).not.toMatch(/service good/);
});

it('refuses two services with the same address', () => {
  const environment = { CADDYFILE: site('a.example.com') };
  const { message } = refusal(() => read({ one: web({ environment }), two: web({ environment }) }));
  expect(message).toMatch(/service one, two: .*a\.example\.com/);
});

describe('volumes', () => {
  it.each<[string, unknown, object]>([
    [
      'of our driver are replicated',
      { driver: DRIVER },
      { full: 'foo_data', driver: DRIVER, replicated: true },
    ],
    ['of another stay', { driver: 'local' }, { full: 'foo_data', driver: 'local', replicated: false }],
    ['without a driver are local', null, { full: 'foo_data', driver: 'local', replicated: false }],
    ['may have a name of their own', { name: 'mine', driver: DRIVER }, { full: 'mine', replicated: true }],
    ['keep their labels', { labels: { 'covey.snapshot': '5m' } }, { labels: { 'covey.snapshot': '5m' } }],
  ])('%s', (_, volume, expected) => {
    expect(read({ web: web() }, { volumes: { data: volume } }).volumes).toMatchObject([
      { short: 'data', ...expected },
    ]);
  });

  it('that are external are somebody else’s', () => {
    expect(read({ web: web() }, { volumes: { data: { external: true, driver: DRIVER } } }).volumes).toEqual(
      [],
    );
  });
});

it('carries over commit and update.sh', () => {
  expect(read({ web: web() }, {}, { hasUpdateScript: true })).toMatchObject({
    commit: '0123abc',
    hasUpdateScript: true,
  });
});

it('says where a compose file is not what compose prints', () => {
  expect(refusal(() => read({ web: { environment: ['A=b'] } }))).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('services.web.environment'),
  });
});

describe('CONSUL_CHECK_URLS', () => {
  it('of all services are joined, each once, whether they have a site or not', () => {
    const release = read({
      web: { environment: { CONSUL_CHECK_URLS: '["http://a.example.com/", "http://b.example.com/"]' } },
      db: { environment: { CONSUL_CHECK_URLS: '- http://b.example.com/\n- http://c.example.com/' } },
    });
    expect(release.checkUrls).toEqual([
      'http://a.example.com/',
      'http://b.example.com/',
      'http://c.example.com/',
    ]);
    expect(read({ web: web() }).checkUrls).toEqual([]);
  });

  it('that cannot be read are told with their service', () => {
    const error = refusal(() => read({ web: { environment: { CONSUL_CHECK_URLS: 'foo' } } }));
    expect(error).toMatchObject({ code: 'invalid' });
    expect(error.message).toContain('service web: CONSUL_CHECK_URLS "foo": it is no URL');
  });
});

it('carries service.json as it is written', () => {
  expect(read({ web: web() }, {}, { serviceJson: '{"name": "foo"}' }).serviceJson).toBe('{"name": "foo"}');
  expect(read({ web: web() }).serviceJson).toBe('');
});
