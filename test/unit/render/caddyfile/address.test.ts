import { describe, expect, it } from 'vitest';
import {
  domainsOf,
  formatAddress,
  parseAddress,
  siteAddresses,
  urlsOf,
} from '../../../../src/render/caddyfile/address.ts';
import { word } from '../../../../src/render/caddyfile/ast.ts';
import { parseCaddyfile } from '../../../../src/render/caddyfile/parser.ts';

describe('site addresses', () => {
  it.each([
    ['http://Host.example.com', 'http://host.example.com'],
    ['https://host.example.com', 'https://host.example.com'],
    ['host.example.com', 'https://host.example.com'],
    ['host.example.com:80', 'http://host.example.com'],
    ['host.example.com:443', 'https://host.example.com'],
    ['host.example.com:8443', 'https://host.example.com:8443'],
    ['http://host:8080/path', 'http://host:8080/path'],
    ['https://host/', 'https://host'],
    ['HTTP://foo_bar.example.com', 'http://foo_bar.example.com'],
    ['https://büro.example.com', 'https://xn--bro-hoa.example.com'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['127.0.0.1', 'https://127.0.0.1'],
  ])('%s is %s', (text, expected) => {
    expect(formatAddress(parseAddress(word(text)))).toBe(expected);
  });

  it.each([
    [':80', "would take every host's traffic"],
    ['*', "would take every host's traffic"],
    ['https://', "would take every host's traffic"],
    ['*.example.com', 'is a pattern'],
    ['{$HOST}', 'holds a placeholder'],
    ['ftp://a', 'is neither http:// nor https://'],
    ['a:0', 'has no usable port'],
    ['a:99999', 'has no usable port'],
    ['a:8000-8010', 'has no usable port'],
    ['https://a:80', 'joins https with port 80'],
    ['http://a:443', 'joins http with port 443'],
    ['a b', 'has no valid host name'],
    ['a..b', 'has no valid host name'],
    ['-a.example.com', 'has no valid host name'],
    ['a\nb', 'has no valid host name'],
    [`${'a'.repeat(64)}.example.com`, 'has no valid host name'],
  ])('%s is refused', (text, message) => {
    expect(() => parseAddress(word(text, { line: 3, column: 2 }))).toThrow(
      /^CADDYFILE line 3, column 2: the site address/,
    );
    expect(() => parseAddress(word(text))).toThrow(message);
  });

  it('gives the urls and domains of a record', () => {
    const file = parseCaddyfile(
      'http://a.com, a.com, a.com:8443 {\n}\nhttp://b.com:8080/x {\n}\nHTTPS://A.com {\n}',
    );
    const addresses = siteAddresses(file);
    expect(urlsOf(addresses)).toEqual([
      'http://a.com',
      'https://a.com',
      'https://a.com:8443',
      'http://b.com:8080/x',
    ]);
    expect(domainsOf(addresses)).toEqual(['a.com', 'a.com:8443', 'b.com:8080']);
  });
});
