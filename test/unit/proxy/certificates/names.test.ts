import { describe, expect, it } from 'vitest';
import {
  checkedNames,
  folderOf,
  isFolderName,
  LONGEST,
  nameOf,
} from '../../../../src/proxy/certificates/names.ts';

describe('folderOf', () => {
  it.each([
    ['shop.example.com', 'shop.example.com'],
    ['Shop.Example.COM', 'shop.example.com'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:db8::1]', '2001-db8--1'],
    ['under_score.example.com', 'under_score.example.com'],
    ['../../etc', 'etc'],
  ])('%s lies in %s', (host, folder) => {
    expect(folderOf(host)).toBe(folder);
  });
});

describe('isFolderName', () => {
  it.each([
    ['local', true],
    ['acme-v02.api.letsencrypt.org-directory', true],
    ['ca@example.com', true],
    ['', false],
    ['.', false],
    ['..', false],
    ['.hidden', false],
    ['a..b', false],
    ['a/b', false],
    ['a\\b', false],
    ['a\0b', false],
    ['a\nb', false],
    ['x'.repeat(254), false],
  ])('%j: %s', (name, is) => {
    expect(isFolderName(name)).toBe(is);
  });
});

describe('checkedNames', () => {
  const given = { issuer: 'local', host: 'a.example.com', certificate: 'c', key: 'secret', metadata: '{}' };
  const hosts = ['A.example.com', 'b.example.com'];

  it('takes what was asked for', () => {
    expect(checkedNames(given, hosts)).toBe(given);
  });

  it.each([
    ['of a host that nobody asked for', { host: 'c.example.com' }],
    ['of a host that leads elsewhere', { host: '../a.example.com' }],
    ['of an issuer that leads elsewhere', { issuer: '../../pki' }],
    ['of an issuer with a slash', { issuer: 'local/x' }],
    ['without a key', { key: '' }],
    ['that is far too long', { metadata: 'x'.repeat(LONGEST + 1) }],
  ])('refuses one %s, and says nothing of what is in it', (_, more) => {
    const wrong = { ...given, ...more };
    const where = JSON.stringify(`${wrong.issuer}/${wrong.host}`);
    const message = `What another node gave for ${where} is no certificate that was asked for.`;
    expect(() => checkedNames(wrong, hosts)).toThrow(expect.objectContaining({ code: 'invalid', message }));
    expect(message).not.toContain('secret');
  });
});

describe('the name that a certificate is for', () => {
  it.each([
    ['{"sans":["a.example.com"],"issuer_data":null}', 'a.example.com'],
    ['{"sans":["*.example.com"]}', '*.example.com'],
    ['{"sans":["a.example.com","b.example.com"]}', undefined],
    ['{"sans":[]}', undefined],
    ['{}', undefined],
    ['half', undefined],
  ])('%s', (metadata, name) => {
    expect(nameOf({ metadata })).toBe(name);
  });
});
