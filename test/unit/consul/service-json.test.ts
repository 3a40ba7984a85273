import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTitles, fromServiceJson, ownedBy } from '../../../src/consul/registration.ts';
import { CoveyError } from '../../../src/errors.ts';

describe('a service.json', () => {
  it.each([
    ['plain', '{"name": "foo"}'],
    ['wrapped', '{"service": {"name": "foo"}}'],
    ['in the spelling of the API', '{"Name": "foo", "ID": "foo"}'],
  ])('is read %s', (_, text) => {
    expect(fromServiceJson(text)).toEqual({ id: 'foo', name: 'foo', body: { id: 'foo', name: 'foo' } });
  });

  it('keeps what Consul knows and we do not, in one spelling of the keys and with values untouched', () => {
    const text = JSON.stringify({
      service: {
        name: 'foo',
        id: 'foo-1',
        enable_tag_override: true,
        tagged_addresses: { lan_ipv4: { address: '10.0.0.1' } },
        meta: { my_key: 'My_Value' },
        checks: [
          {
            id: 'c_1',
            TLSSkipVerify: true,
            http: 'https://a_b/',
            interval: '10s',
            header: { X_Y: ['1'] },
            deregister_critical_service_after: '1h',
          },
        ],
      },
    });
    expect(fromServiceJson(text)).toEqual({
      id: 'foo-1',
      name: 'foo',
      body: {
        id: 'foo-1',
        name: 'foo',
        enabletagoverride: true,
        taggedaddresses: { lan_ipv4: { address: '10.0.0.1' } },
        meta: { my_key: 'My_Value' },
        checks: [
          {
            checkid: 'c_1',
            tlsskipverify: true,
            http: 'https://a_b/',
            interval: '10s',
            header: { X_Y: ['1'] },
            deregistercriticalserviceafter: '1h',
          },
        ],
      },
    });
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'the whole'],
    ['"foo"', 'the whole'],
    ['null', 'the whole'],
    ['{}', 'name'],
    ['{"service": {"name": ""}}', 'name'],
    ['{"name": "foo", "checks": {}}', 'checks'],
    ['{"name": "foo", "checks": ["a"]}', 'checks.0'],
    ['{"services": [{"name": "foo"}]}', '"services" holds several'],
    ['{"name": "foo", "check": {"http": "http://a", "interval": "soon"}}', 'check.interval: no duration'],
    ['{"name": "foo", "checks": [{"tcp": "a:1"}]}', 'checks.0.interval: it is missing'],
    ['{"name": "foo", "check": {"ttl": "30s", "timeout": "5"}}', 'check.timeout: no duration'],
  ])('that is %s is refused, naming %s', (text, what) => {
    expect(() => fromServiceJson(text)).toThrow(CoveyError);
    expect(() => fromServiceJson(text)).toThrow(what);
  });

  it.each(['60s', '1h30m', '1.5s', '100ms', 10_000_000_000])('may have an interval of %s', (interval) => {
    const text = JSON.stringify({ name: 'foo', check: { http: 'http://a', interval } });
    expect(fromServiceJson(text).body).toMatchObject({ check: { interval } });
  });

  it('is told check by check', () => {
    const checks = [
      { name: 'site', http: 'http://a/', interval: '30s' },
      { ScriptArgs: ['/bin/true'], Name: 'by script', interval: '1m' },
      { args: ['curl', 'a'], interval: '1m' },
      {},
    ];
    const definition = fromServiceJson(JSON.stringify({ name: 'foo', check: { ttl: '1m' }, checks }));
    expect(checkTitles(definition)).toEqual([
      'ttl 1m',
      'http http://a/',
      'by script',
      'args curl a',
      'a check',
    ]);
    expect(checkTitles(fromServiceJson('{"name": "foo"}'))).toEqual([]);
  });

  it('is registered under the name of the app, so that two branches may bring the same', () => {
    const text = JSON.stringify({
      service: {
        id: 'x',
        name: 'foo',
        tags: ['a'],
        check: { id: 'one', ttl: '1m' },
        checks: [{ id: 'two', ttl: '1m' }, { ttl: '2m' }],
      },
    });
    expect(ownedBy(fromServiceJson(text), 'foo_master.12345')).toEqual({
      id: 'foo_master.12345',
      name: 'foo',
      body: {
        id: 'foo_master.12345',
        name: 'foo',
        tags: ['a'],
        check: { checkid: 'foo_master.12345:one', ttl: '1m' },
        checks: [{ checkid: 'foo_master.12345:two', ttl: '1m' }, { ttl: '2m' }],
      },
    });
  });

  it('of any JSON gives a definition with a name, or an error of ours', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          expect(fromServiceJson(text).name).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid' });
        }
      }),
    );
  });
});
