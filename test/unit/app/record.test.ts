import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDeployDate } from '../../../src/app/dates.ts';
import { deployFolder, deploymentOf, formatRecord, parseRecord } from '../../../src/app/record.ts';
import { schedulesOf } from '../../../src/app/schedules.ts';

const minimal = { repo_url: 'https://h/x/foobar', branch: 'master', master: 'node1', slave: null };

describe('parseRecord', () => {
  it('reads raw control characters inside strings', () => {
    const written = `{"repo_url": "https://h/x/foobar", "branch": "master", "master": "node1", "slave": "",
      "caddyfile": "http://a.example.com {\n\tproxy / http://c:80\n\tlog / stdout \\"{host} {remote}\\"\n}"}`;
    const record = parseRecord('foobar_master.ddb14', written);
    expect(record.caddyfile).toBe(
      'http://a.example.com {\n\tproxy / http://c:80\n\tlog / stdout "{host} {remote}"\n}',
    );
    expect(record.slave).toBeNull();
  });

  it('fills in what old records lack, and keeps what it does not know', () => {
    const record = parseRecord('x', JSON.stringify({ ...minimal, future: { a: 1 } }));
    expect(record).toMatchObject({
      domains: [],
      urls: '',
      haproxy: {},
      ct: {},
      volumes: [],
      future: { a: 1 },
    });
    expect(JSON.parse(formatRecord(record))).toMatchObject({ future: { a: 1 } });
  });

  it.each([
    ['not json', '{', /app\/x is not valid JSON/],
    ['a list', '[]', /app\/x is not usable/],
    ['no master', JSON.stringify({ ...minimal, master: undefined }), /master: /],
    ['bad domains', JSON.stringify({ ...minimal, domains: 'a' }), /domains: /],
  ])('refuses %s, naming the record', (_, value, message) => {
    expect(() => parseRecord('x', value)).toThrow(message);
  });

  it('reads what it writes, whatever the strings hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (caddyfile, domains) => {
        const record = parseRecord('x', JSON.stringify({ ...minimal, caddyfile, domains }));
        expect(parseRecord('x', formatRecord(record))).toEqual(record);
        expect(record.caddyfile).toBe(caddyfile);
      }),
    );
  });
});

describe('formatRecord', () => {
  it('has keys that older readers can walk, at every depth, but for what an app brings in HAPROXY and service names', () => {
    const record = parseRecord(
      'x',
      JSON.stringify({
        ...minimal,
        schedules: schedulesOf([
          {
            short: 'a.b',
            full: 'x_a.b',
            driver: 'd',
            replicated: true,
            labels: { 'covey.replicate': '5m', 'covey.retention': '1h:1d' },
          },
        ]),
        check_urls: ['http://a.example.com/x'],
        service_json: '{"service": {"a.b/c": 1}}',
        commit: 'abc',
        migrated: { id: 'i', source: 's', date: 'd' },
      }),
    );
    const keys = (value: unknown): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [
            ...(Array.isArray(value) ? [] : [key]),
            ...keys(inner),
          ])
        : [];
    const found = keys(JSON.parse(formatRecord(record)));
    expect(found).toEqual(
      expect.arrayContaining(['volume', 'replicate', 'service_json', 'migrated', 'source']),
    );
    expect(found.filter((key) => !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key))).toEqual([]);
  });
});

describe('deployFolder', () => {
  it('goes by deploy_id, or by date in old records', () => {
    expect(deployFolder('/deploy', 'a_b.12345', { deploy_id: 'id', deploy_date: 'd' })).toBe(
      '/deploy/a_b.12345-id',
    );
    expect(deployFolder('/deploy', 'a_b.12345', { deploy_date: '2018-01-02T030405.000006' })).toBe(
      '/deploy/a_b.12345@2018-01-02T030405.000006',
    );
  });
});

describe('deploymentOf', () => {
  it.each([
    [{ web: 'shop_web_1' }, true],
    [{ web: 'shop-web-1', db: 'shop_db_1' }, true],
    [{ web: 'shop-web-1' }, undefined],
    [{ web: 'own_web_1' }, undefined],
    [{}, undefined],
  ])('of the containers %j asks for names with underscores: %s', (ct, underscores) => {
    const record = parseRecord('x', JSON.stringify({ ...minimal, deploy_id: 'id', ct }));
    const deployment = deploymentOf('/deploy', 'shop_master.ddb14', 'shop', record);
    expect(deployment).toEqual({
      folder: '/deploy/shop_master.ddb14-id',
      project: 'shop',
      ...(underscores && { underscores }),
    });
  });
});

it('formatDeployDate is UTC with six digits', () => {
  expect(formatDeployDate(new Date('2026-11-22T18:49:00.123Z'))).toBe('2026-11-22T184900.123000');
});
