import { describe, expect, it } from 'vitest';
import { parseCheckUrls } from '../../../src/app/check-urls.ts';
import { checksOf } from '../../../src/app/checks.ts';
import { parseRecord } from '../../../src/app/record.ts';

describe('CONSUL_CHECK_URLS', () => {
  it.each<[string, string, string[]]>([
    [
      'JSON',
      '["http://a.example.com/ping", "https://b.example.com"]',
      ['http://a.example.com/ping', 'https://b.example.com'],
    ],
    [
      'YAML',
      '- http://a.example.com/ping\n- https://b.example.com:8443/x?y=1\n',
      ['http://a.example.com/ping', 'https://b.example.com:8443/x?y=1'],
    ],
    ['one URL alone', 'http://a.example.com', ['http://a.example.com']],
    ['an empty list', '[]', []],
    ['nothing', ' \n', []],
    ['a comment alone', '# none yet', []],
  ])('may be %s', (_, text, urls) => {
    expect(parseCheckUrls(text)).toEqual(urls);
  });

  it.each([
    ['[', 'neither YAML nor JSON'],
    ['{"a": 1}', 'CONSUL_CHECK_URLS {"a":1}: it is no URL'],
    ['[1]', 'CONSUL_CHECK_URLS 1: it is no URL'],
    ['[a.example.com/ping]', 'it is no URL'],
    ['["ftp://a.example.com"]', 'only http and https'],
    ['["http://a.example.com/ b"]', 'it holds a blank'],
    ['["http://$CONTAINER:80/"]', 'does not know names of containers'],
    ['[[http://a.example.com]]', 'it is no URL'],
  ])('that is %s is refused: %s', (text, why) => {
    expect(() => parseCheckUrls(text)).toThrow(why);
  });

  it('names all that is wrong at once', () => {
    expect(() => parseCheckUrls('[a, "ftp://b", "http://good"]')).toThrow(/"a": .*; .*"ftp:\/\/b": /);
  });
});

describe('the checks of a record', () => {
  const record = (more: object) =>
    parseRecord(
      'foo',
      JSON.stringify({ repo_url: 'https://git.example.com/foo', branch: 'm', master: 'n1', ...more }),
    );

  it.each<[string, object, string[], string]>([
    ['nothing', {}, [], ''],
    ['addresses as the original wrote them', { urls: 'http://a, https://a' }, ['http://a', 'https://a'], ''],
    [
      'others besides, each once',
      { urls: 'http://a', check_urls: ['http://b/', 'http://a'] },
      ['http://a', 'http://b/'],
      '',
    ],
    ['a definition', { urls: 'http://a', service_json: '{}' }, ['http://a'], '{}'],
    ['null where there is none', { check_urls: null, service_json: null }, [], ''],
  ])('are %s', (_, more, urls, definition) => {
    expect(checksOf(record(more))).toEqual({ urls, definition });
  });
});
