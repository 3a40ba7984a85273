import { describe, expect, it } from 'vitest';
import { assertBranch, assertRepo, redactUrl } from '../../../src/docker/git-names.ts';

const invalid = expect.objectContaining({ code: 'invalid' });

describe('assertRepo', () => {
  it.each([
    'https://gitlab.example.com/hosting/foobar',
    'http://git.lab:3000/foo.git',
    'https://user:secret@example.com/a/b',
    'ssh://git@gitlab.example.com:2222/hosting/foobar',
    'git@gitlab.example.com:hosting/foobar.git',
    'gitlab.example.com:foobar',
    'git@[2001:db8::1]:foobar',
    'git://example.com/foo',
    'https://gitlab.example.com/hosting/foobar/',
  ])('%s is fine', (repo) => expect(() => assertRepo(repo)).not.toThrow());

  it.each([
    '',
    '-uhttps://example.com/x',
    '--upload-pack=touch x',
    'ext::sh -c touch%20x',
    'ext::sh',
    'fd::17',
    '/srv/git/foo',
    './foo',
    '../foo',
    'foo',
    'file:///srv/git/foo',
    'ftp://example.com/x',
    'javascript://example.com/x',
    'https://',
    'https://example.com',
    'https://example.com/',
    'https:///x',
    'https://exa mple.com/x',
    'https://example.com/a\nb',
    'https://example.com/a\u0000',
    'ssh://-oProxyCommand=touch/x',
    'ssh://-oProxyCommand=x@example.com/x',
    'ssh://%2doProxyCommand=x@example.com/x',
    '-oProxyCommand=x:foo',
    'git@-oProxyCommand=x:foo',
    'git@example.com:-x',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('%j is refused', (repo) => expect(() => assertRepo(repo)).toThrow(invalid));

  it('takes file:// only where that is allowed', () => {
    expect(() => assertRepo('file:///srv/foo', { allowFile: true })).not.toThrow();
  });

  it('shows no password of a bad URL', () => {
    expect(() => assertRepo('https://me:pa/ss@example.com/x')).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/pa\/ss|me:/) }),
    );
  });
});

describe('assertBranch', () => {
  it.each(['master', 'Prod-1.2', 'feature/x', 'v1.0.0', 'a@b', 'é'])('%s is fine', (branch) => {
    expect(() => assertBranch(branch)).not.toThrow();
  });
  it.each([
    '',
    '-x',
    '--upload-pack=x',
    'a b',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a\u007f',
    '@',
    'HEAD',
    'a@{1}',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    'x'.repeat(201),
  ])('%j is refused', (branch) => expect(() => assertBranch(branch)).toThrow(invalid));
});

describe('redactUrl', () => {
  it.each([
    ['fatal: https://user:secret@example.com/x not found', 'fatal: https://***@example.com/x not found'],
    ['https://token@example.com/x', 'https://***@example.com/x'],
    ['https://u:p@ss@example.com/x', 'https://***@example.com/x'],
    ['ssh://git@example.com/x', 'ssh://git@example.com/x'],
    ['ssh://git:secret@example.com/x', 'ssh://git:***@example.com/x'],
    ['https://example.com/x?private_token=abc&y=1', 'https://example.com/x?private_token=***&y=1'],
    ['git@example.com:a/b', 'git@example.com:a/b'],
    ['https://example.com/a@v1', 'https://example.com/a@v1'],
  ])('%s', (text, redacted) => expect(redactUrl(text)).toBe(redacted));
});
