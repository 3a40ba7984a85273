import { describe, expect, test } from 'vitest';
import { type ConfigSources, loadConfig } from '../../../src/config/load.ts';
import { CoveyError } from '../../../src/errors.ts';

const interfaces = {
  lo: [{ address: '127.0.0.1', internal: true, family: 'IPv4' }],
  eth1: [
    { address: 'fe80::1', internal: false, family: 'IPv6' },
    { address: 'fd00::7', internal: false, family: 'IPv6' },
    { address: '10.1.2.3', internal: false, family: 'IPv4' },
  ],
  v6only: [
    { address: 'fe80::1', internal: false, family: 'IPv6' },
    { address: 'fd00::7', internal: false, family: 'IPv6' },
  ],
  bare: [],
};

function load(file: string | undefined, env: ConfigSources['env'] = {}) {
  return loadConfig({ env, readFile: () => file, hostname: 'node1', interfaces });
}

test('names a file that is there and cannot be read', () => {
  const given = { env: { COVEY_CONFIG: '/proc/self' }, hostname: 'node1', interfaces };
  expect(() => loadConfig(given)).toThrow("Can't read /proc/self: Error: EISDIR");
});

function failure(file: string | undefined, env: ConfigSources['env'] = {}): string {
  try {
    load(file, env);
  } catch (thrown) {
    if (thrown instanceof CoveyError && thrown.code === 'invalid') return thrown.message;
    throw thrown;
  }
  throw new Error('The configuration was accepted');
}

describe('loadConfig', () => {
  test('has a default for everything', () => {
    expect(load(undefined)).toEqual({
      node: 'node1',
      listen: { port: 7700 },
      insecure: false,
      tls: {
        enabled: true,
        ca: '/etc/covey/tls/ca.pem',
        cert: '/etc/covey/tls/node.pem',
        key: '/etc/covey/tls/node.key',
      },
      consul: { host: '127.0.0.1', port: 8500 },
      docker: { socket: '/var/run/docker.sock', config: '/etc/covey/docker' },
      driver: { name: 'anybox/buttervolume:latest', pluginDir: '/run/docker/plugins' },
      store: '/var/lib/buttervolume',
      deploy: '/deploy',
      state: '/var/lib/covey',
      run: '/run/covey',
      git: { ssh: '/etc/covey/ssh' },
      certificates: 'acme',
      acme: {},
      haproxyContainer: 'covey-haproxy',
      caddyContainer: 'covey-caddy',
      caddyStorage: '/data/caddy',
      consulContainer: 'covey-consul',
      containerLogs: { maxSize: '10m', maxFile: 3 },
      health: { timeout: 180_000, steady: 2_000 },
      cutover: { hold: 30_000, drain: 5_000, queue: 1_000 },
      metrics: { enabled: true, host: '127.0.0.1', port: 7702 },
      events: true,
      webhooks: [],
      log: { level: 'info' },
    });
  });

  test('takes the file over the defaults and the environment over the file', () => {
    const config = load('node: alpha\nlisten: {port: 7801}\nlog: {level: debug}\n', {
      COVEY_LISTEN_PORT: '7802',
      COVEY_DRIVER_PLUGIN_DIR: '/plugins',
      COVEY_HAPROXY_CONTAINER: 'lb',
    });
    expect(config.node).toBe('alpha');
    expect(config.listen.port).toBe(7802);
    expect(config.log.level).toBe('debug');
    expect(config.driver.pluginDir).toBe('/plugins');
    expect(config.haproxyContainer).toBe('lb');
  });

  test.each([
    ['yes', true],
    ['1', true],
    ['TRUE', true],
    ['off', false],
    ['0', false],
  ])('reads the flag %s', (word, value) => {
    expect(load(undefined, { COVEY_EVENTS: word }).events).toBe(value);
  });

  test.each([
    ['containerLogs: {maxSize: off}', {}, { maxSize: 'off', maxFile: 3 }],
    [
      'containerLogs: {maxFile: 5}',
      { COVEY_CONTAINER_LOGS_MAX_SIZE: '500k' },
      { maxSize: '500k', maxFile: 5 },
    ],
    ['{}', { COVEY_CONTAINER_LOGS_MAX_FILE: '1' }, { maxSize: '10m', maxFile: 1 }],
  ])('reads the bounds of logs from %j and %j', (file, env, bounds) => {
    expect(load(file, env).containerLogs).toEqual(bounds);
  });

  test.each([
    [
      'maxSize: 0m',
      'containerLogs.maxSize from /etc/covey/covey.yml: expected a size, for example 10m, or off',
    ],
    ['maxSize: 10MB', 'got "10MB"'],
    ['maxFile: 0', 'containerLogs.maxFile from /etc/covey/covey.yml: expected a number, 1 to 1000, got 0'],
    ['maxFile: many', 'got "many"'],
  ])('refuses the bounds %j', (bounds, message) => {
    expect(failure(`containerLogs: {${bounds}}`)).toContain(message);
  });

  test.each([
    ['health: {steady: 500ms}', {}, { timeout: 180_000, steady: 500 }],
    ['health: {timeout: 10m}', { COVEY_HEALTH_STEADY: '5s' }, { timeout: 600_000, steady: 5_000 }],
  ])('reads time spans from %j and %j', (file, env, health) => {
    expect(load(file, env).health).toEqual(health);
  });

  test.each(['0s', '2', '2h', '-1s', 'soon', '1441m'])('refuses the time span %s', (span) => {
    expect(failure(`health: {steady: ${span}}`)).toContain(
      'health.steady from /etc/covey/covey.yml: expected a time span up to a day, for example 500ms, 2s or 3m',
    );
  });

  test.each([
    ['cutover: {hold: off, queue: 50000}', {}, { hold: 0, drain: 5_000, queue: 50_000 }],
    ['cutover: {drain: off}', { COVEY_CUTOVER_HOLD: '2m' }, { hold: 120_000, drain: 0, queue: 1_000 }],
  ])('reads how an app is cut over from %j and %j', (file, env, cutover) => {
    expect(load(file, env).cutover).toEqual(cutover);
  });

  test.each([
    ['hold: never', 'expected a time span up to a day, for example 500ms, 2s or 3m, or off, got "never"'],
    ['queue: 0', 'expected a number, 1 to 100000, got 0'],
  ])('refuses the cutover %j', (cutover, message) => {
    expect(failure(`cutover: {${cutover}}`)).toContain(message);
  });

  test.each([
    ['webhooks: [{url: "https://a/b", kinds: [node, app.gone]}]', {}, ['node', 'app.gone']],
    [
      'webhooks: [{url: "https://a/b"}]',
      { COVEY_WEBHOOKS: '[{"url": "http://c:1/", "kinds": ["node"]}]' },
      ['node'],
    ],
    ['webhooks: [{url: "https://a/b", secretFile: /s, ca: /c}]', {}, []],
  ])('reads webhooks from %j and %j', (file, env, kinds) => {
    expect(load(file, env).webhooks).toMatchObject([{ kinds }]);
  });

  test.each([
    [
      '[{url: "ftp://a/b?token=5e884898"}]',
      'webhooks.0.url from /etc/covey/covey.yml: expected a URL, http:// or https://',
    ],
    ['[{url: "http://["}]', 'expected a URL'],
    ['["https://a/5e884898"]', 'webhooks.0 from /etc/covey/covey.yml: expected a group of keys'],
    [
      '{url: "https://a/5e884898"}',
      'webhooks from /etc/covey/covey.yml: expected a list, in the environment as JSON',
    ],
    ['[{url: "https://a", evnts: [x]}]', 'webhooks.0.evnts from /etc/covey/covey.yml is not a setting'],
    [
      '[{url: "https://a", secret: 5e884898, secretFile: /s}]',
      'webhooks.0 from /etc/covey/covey.yml: expected one of secret and secretFile',
    ],
    [
      '[{url: "https://a", kinds: node}]',
      'webhooks.0.kinds from /etc/covey/covey.yml: expected a list of kinds',
    ],
  ])('refuses the webhooks %s, and shows no secret of them', (webhooks, message) => {
    expect(failure(`webhooks: ${webhooks}`)).toContain(message);
    expect(failure(`webhooks: ${webhooks}`)).not.toContain('5e884898');
    expect(failure('', { COVEY_WEBHOOKS: '5e884898' })).toMatch(
      /webhooks from COVEY_WEBHOOKS: expected a list[^,]*, in[^5]*$/,
    );
  });

  test('takes an empty variable for one that is not set', () => {
    expect(load('node: alpha', { COVEY_NODE: '' }).node).toBe('alpha');
  });

  test.each([
    [{ BTRFSDRIVER: 'my/driver:1' }, 'my/driver:1'],
    [{ BTRFSDRIVER: 'old', COVEY_DRIVER_NAME: 'new' }, 'new'],
    [{ COVEY_DRIVER_NAME: 'new', BTRFSDRIVER: 'old' }, 'new'],
  ])('names the volume driver from %j', (env, name) => {
    expect(load(undefined, env).driver.name).toBe(name);
  });

  test.each([
    ['interface: eth1', '10.1.2.3'],
    ['interface: v6only', 'fd00::7'],
    ['interface: eth1\naddress: 10.9.9.9', '10.9.9.9'],
    ['{}', undefined],
  ])('finds the address for %j', (file, address) => {
    expect(load(file).address).toBe(address);
  });

  test.each([
    ['{}', true],
    ['tls: {enabled: false}', false],
    ['insecure: true', false],
    ['insecure: true\ntls: {enabled: true}', false],
  ])('with %j TLS is %s', (file, enabled) => {
    expect(load(file).tls.enabled).toBe(enabled);
  });

  test('is frozen at every depth', () => {
    const config = load(undefined);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.consul)).toBe(true);
  });

  test('reads the file that COVEY_CONFIG names, which must be there', () => {
    const read: string[] = [];
    const readFile = (path: string) => {
      read.push(path);
      return 'node: beta';
    };
    expect(loadConfig({ env: { COVEY_CONFIG: '/x/covey.yml' }, readFile }).node).toBe('beta');
    expect(read).toEqual(['/x/covey.yml']);
    expect(failure(undefined, { COVEY_CONFIG: '/x/covey.yml' })).toContain('/x/covey.yml');
  });

  test('tells everything that is wrong at once: key, origin and what is expected', () => {
    const message = failure('listen: {prot: 1}\nstore: here\nlog: {level: loud}\ninterface: bare\ntls: yes', {
      COVEY_LISTEN_PORT: '70000',
      COVEY_EVENT: 'off',
      COVEY_ADDRESS: 'node1',
    });
    expect(message.split('\n  ').slice(1).toSorted()).toEqual([
      'COVEY_EVENT from the environment is not a setting',
      'address from COVEY_ADDRESS: expected an IP address, got "node1"',
      'listen.port from COVEY_LISTEN_PORT: expected a port, 1 to 65535, got "70000"',
      'listen.prot from /etc/covey/covey.yml is not a setting',
      'log.level from /etc/covey/covey.yml: expected one of silent, fatal, error, warn, info, debug, trace, got "loud"',
      'store from /etc/covey/covey.yml: expected an absolute path, got "here"',
      'tls from /etc/covey/covey.yml: expected a group of keys, got "yes"',
    ]);
  });

  test.each([
    ['interface: bare', 'expected an interface with an address, got "bare"'],
    ['interface: nope', 'expected an interface with an address, got "nope"'],
    ['- a\n- b', 'expected keys and values'],
    ['a: [', 'is not valid YAML'],
    ['node: "a b"', 'node from /etc/covey/covey.yml'],
    ['listen: {port: "x"}', 'expected a port'],
  ])('refuses %j', (file, part) => {
    expect(failure(file)).toContain(part);
  });

  test('never prints the token', () => {
    expect(failure('consul: {token: {secret: 5e884898}}')).not.toContain('5e884898');
  });
});
